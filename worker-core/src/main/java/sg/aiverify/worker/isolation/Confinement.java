package sg.aiverify.worker.isolation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.run.RunLimits;

/** One run's sandbox and limits. Thread-safe. */
public final class Confinement implements AutoCloseable {
    private static final long MEGABYTE = 1024L * 1024L;

    /** What supervisor.py leaves beside the policy when it has counted too much. */
    private static final String OVER_MEMORY = "over-memory";

    private final Path policy;
    private final Path work;
    private final RunLimits limits;
    private final int diskMegabytes;
    private final ControlGroup group;
    private volatile @Nullable String excess;

    Confinement(Path policy, Path work, RunLimits limits, int diskMegabytes, ControlGroup group) {
        this.policy = policy;
        this.work = work;
        this.limits = limits;
        this.diskMegabytes = diskMegabytes;
        this.group = group;
    }

    /**
     * Gives the file of rules for supervisor.py.
     *
     * @return an absolute path
     */
    public Path policy() {
        return policy;
    }

    /**
     * Looks whether the run's files have grown too big, or cannot be counted. Takes as long as it takes to list them.
     *
     * @return true if the run must be killed; it stays so
     */
    public boolean isExceeded() {
        if (excess == null) {
            excess = switch (DirectorySize.of(work, diskMegabytes * MEGABYTE)) {
                case FITS -> null;
                case EXCEEDS ->
                    "its files took more than " + diskMegabytes + " MiB; the limit is " + Isolation.DISK_MB.name();
                case HIDES ->
                    "its files cannot be counted, since some lie too deep or in a directory without the permission to"
                            + " read; " + Isolation.DISK_MB.name() + " limits them";
            };
        }
        return excess != null;
    }

    /**
     * Tells why the run was killed, after its end.
     *
     * @return words for after "Failed to run algorithm: "; empty if it kept its limits
     */
    public Optional<String> findExcess() {
        String told = excess;
        if (told == null && (group.ranOutOfMemory() || Files.exists(policy.resolveSibling(OVER_MEMORY)))) {
            told = "it ran out of memory, of " + limits.memoryMegabytes().orElse(0) + " MiB; the limit is "
                    + RunLimits.MEMORY_MB.name();
        }
        return Optional.ofNullable(told);
    }

    /**
     * Tells what may explain a failure, after the run's end.
     *
     * @return a sentence; empty if there is nothing to tell
     */
    public Optional<String> findHint() {
        return group.ranOutOfProcesses()
                ? Optional.of("It was refused a process or thread beyond " + limits.pids() + "; the limit is "
                        + RunLimits.PIDS.name())
                : Optional.empty();
    }

    /** Removes what the kernel keeps for the run; no process of it may be left. */
    @Override
    public void close() {
        group.close();
    }
}
