package sg.aiverify.worker.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The disk with the work directories of runs. An attempt that fails while this disk is full does not count.
 * Thread-safe.
 */
@FunctionalInterface
interface DiskSpace {
    /** The disk counts as full if its free space, in bytes, is below this value. Even a small run needs more. */
    long MIN_BYTES = 16L << 20;

    /** A disk that never counts as full. */
    DiskSpace UNLIMITED = () -> false;

    /** Returns whether the disk is full; false if its free space cannot be read. */
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
