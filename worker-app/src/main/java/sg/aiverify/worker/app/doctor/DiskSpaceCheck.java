package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Reason;

/** Looks at the free space of the disk that the data directory lies on. */
public final class DiskSpaceCheck implements Check {
    private static final long MIB = 1024 * 1024;

    private final Path directory;
    private final long failBelowMib;
    private final long warnBelowMib;

    /**
     * Creates the check.
     *
     * @param directory the data directory, there or not
     * @param failBelowMib with less MiB than this, no environment can be built
     * @param warnBelowMib with less MiB than this, the disk will fill up
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
    public Finding look() {
        Path existing = DirectoryCheck.nearestExisting(directory);
        if (existing == null) {
            return Finding.fail("there is no disk for " + FileNames.shown(directory), "set TEWORKER_DATA_DIR");
        }
        long free;
        try {
            if (Files.getFileStore(existing).getTotalSpace() == 0) { // such as /proc
                return Finding.warn("there is no disk at " + FileNames.shown(existing) + ", see Data directory", "");
            }
            free = Files.getFileStore(existing).getUsableSpace() / MIB;
        } catch (IOException e) {
            return Finding.warn("the free space at " + existing + " is unknown: " + Reason.of(e), "");
        }
        String observation = free + " MiB free at " + FileNames.shown(existing);
        if (free < failBelowMib) {
            return Finding.fail(observation, "free some: an environment needs up to " + failBelowMib + " MiB");
        }
        return free < warnBelowMib
                ? Finding.warn(
                        observation,
                        "the cache may grow to " + warnBelowMib + " MiB: free some, or lower TEWORKER_CACHE_MAX_MB")
                : Finding.ok(observation);
    }
}
