package sg.aiverify.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The disk that runs work on. What fails while it is full is no fault of the run. Thread-safe. */
@FunctionalInterface
interface DiskSpace {
    /** Less than this is none: not even a small run gets by on it. */
    long MIN_BYTES = 16L << 20;

    /** A disk that is never full. */
    DiskSpace UNLIMITED = () -> false;

    /** Returns whether there is no space left; false also if that is not known. */
    boolean isFull();

    /** Looks at the disk that holds a directory. */
    static DiskSpace of(Path directory) {
        Logger log = LogManager.getLogger(DiskSpace.class);
        return () -> {
            try {
                return Files.getFileStore(directory).getUsableSpace() < MIN_BYTES;
            } catch (IOException e) {
                log.debug("The space at {} is not known", directory, e);
                return false;
            }
        };
    }
}
