package sg.aiverify.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The disk of the runs. A failure while it is full does not count as a failure of the run. Thread-safe. */
@FunctionalInterface
interface DiskSpace {
    /** The free space, in bytes, below which the disk counts as full: too little even for a small run. */
    long MIN_BYTES = 16L << 20;

    /** A disk that is never full. */
    DiskSpace UNLIMITED = () -> false;

    /** Returns whether the disk is full; false also if that is unknown. */
    boolean isFull();

    /** Returns the disk that contains a directory. */
    static DiskSpace of(Path directory) {
        Logger log = LogManager.getLogger(DiskSpace.class);
        return () -> {
            try {
                return Files.getFileStore(directory).getUsableSpace() < MIN_BYTES;
            } catch (IOException e) {
                log.debug("Could not read the free space at {}", directory, e);
                return false;
            }
        };
    }
}
