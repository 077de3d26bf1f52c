package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Reason;

/** Checks the free space on the disk of the data directory. */
public final class DiskSpaceCheck implements Check {
    private static final long MIB = 1024 * 1024;

    private final Path directory;
    private final long failBelowMib;
    private final long warnBelowMib;

    /**
     * Creates the check.
     *
     * @param directory the data directory, which need not exist
     * @param failBelowMib the free space below which no environment can be built and the check fails, in MiB
     * @param warnBelowMib the free space below which the cache may fill the disk and the check warns, in MiB
     */
    public DiskSpaceCheck(Path directory, long failBelowMib, long warnBelowMib) {
        this.directory = directory;
        this.failBelowMib = failBelowMib;
        this.warnBelowMib = warnBelowMib;
    }

    @Override
    public String name() {
        return "Disk space";
    }

    @Override
    public Finding run() {
        Path existing = DirectoryCheck.nearestExisting(directory);
        if (existing == null) {
            return Finding.fail("no disk found for " + FileNames.shown(directory), "set TEWORKER_DATA_DIR");
        }
        long free;
        try {
            if (Files.getFileStore(existing).getTotalSpace() == 0) { // for example, /proc
                return Finding.warn("no disk at " + FileNames.shown(existing), "see the check Data directory");
            }
            free = Files.getFileStore(existing).getUsableSpace() / MIB;
        } catch (IOException e) {
            return Finding.warn("could not read the free space at " + existing + ": " + Reason.of(e), "");
        }
        String observation = free + " MiB free at " + FileNames.shown(existing);
        if (free < failBelowMib) {
            return Finding.fail(observation, "free some space: an environment needs up to " + failBelowMib + " MiB");
        }
        return free < warnBelowMib
                ? Finding.warn(
                        observation,
                        "the cache may grow to " + warnBelowMib
                                + " MiB: free some space, or lower TEWORKER_CACHE_MAX_MB")
                : Finding.ok(observation);
    }
}
