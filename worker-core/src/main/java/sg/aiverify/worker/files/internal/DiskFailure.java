package sg.aiverify.worker.files.internal;

import java.io.IOException;
import java.util.Locale;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;

/** Says in words what a disk did not do. */
public final class DiskFailure {
    private DiskFailure() {}

    /**
     * Makes the failure of a run from a failure of the disk.
     *
     * @param what what was read or written, to complete "trouble with ..."
     * @param cause what the disk said
     * @return an exception to throw
     */
    public static InfrastructureException with(String what, IOException cause) {
        if (isFull(cause)) {
            return new InfrastructureException("No space left on the disk for " + ShortHash.in(what), cause);
        }
        return new InfrastructureException(ShortHash.in("Trouble with " + what + ": " + Reason.of(cause)), cause);
    }

    /**
     * Tells whether the disk, or the share of it that this user may fill, is full.
     *
     * @param trouble what the disk said
     * @return true if there is no space left
     */
    public static boolean isFull(IOException trouble) {
        String message = String.valueOf(trouble.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }
}
