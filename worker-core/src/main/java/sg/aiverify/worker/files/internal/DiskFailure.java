package sg.aiverify.worker.files.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;

/** Describes failures of a disk. */
public final class DiskFailure {
    private DiskFailure() {}

    /**
     * Creates the exception for a failure of the disk.
     *
     * @param what the thing that was read or written, for example {@code the cache}
     * @param cause the disk's failure
     * @return the exception to throw
     */
    public static InfrastructureException with(String what, IOException cause) {
        if (isFull(cause)) {
            return new InfrastructureException("No space left on the disk for " + ShortHash.in(what), cause);
        }
        return new InfrastructureException(ShortHash.in("Disk failure with " + what + ": " + Reason.of(cause)), cause);
    }

    /**
     * Creates the exception for a failure to write to the directory of a run.
     *
     * @param directory the run's directory, or a directory in it
     * @param cause the disk's failure
     * @return the exception to throw
     */
    public static InfrastructureException inRunDirectory(Path directory, IOException cause) {
        return new InfrastructureException(
                "Could not write the run's directory " + directory + ": " + Reason.of(cause), cause);
    }

    /**
     * Returns whether the disk, or this user's quota, is full.
     *
     * @param failure the disk's failure
     * @return true if there is no space left
     */
    public static boolean isFull(IOException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }
}
