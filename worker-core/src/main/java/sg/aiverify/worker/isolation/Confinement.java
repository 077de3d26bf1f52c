package sg.aiverify.worker.isolation;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.run.RunLimits;

/** One run's sandbox and limits. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class Confinement implements AutoCloseable {
    /** What supervisor.py leaves beside the policy when it has counted too much. */
    private static final String OVER_MEMORY = "over-memory";

    private final Path policy;
    private final RunLimits limits;
    private final int diskMegabytes;
    private final ControlGroup group;
    private final MachineMemory machine;
    private volatile @Nullable String excess;

    Confinement(Path policy, RunLimits limits, int diskMegabytes, ControlGroup group, MachineMemory machine) {
        this.policy = policy;
        this.limits = limits;
        this.diskMegabytes = diskMegabytes;
        this.group = group;
        this.machine = machine;
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
     * Notes what supervisor.py says of the run's files.
     *
     * @param problem its word for what is wrong with them
     */
    public void noteFiles(String problem) {
        excess = problem.equals("exceed")
                ? "its files took more than " + diskMegabytes + " MiB; the limit is " + Isolation.DISK_MB.name()
                : "its files cannot be counted, since some are too deep, in a directory without the permission to read,"
                        + " or in the hands of a process that cannot be looked into or stopped; "
                        + Isolation.DISK_MB.name()
                        + " limits them";
    }

    /**
     * Returns whether the run's files were too many, however it ended.
     *
     * @return true once that is noted
     */
    public boolean isExceeded() {
        return excess != null;
    }

    /**
     * Tells why the run was killed, after its end.
     *
     * @return words for after "Failed to run algorithm: "; empty if it kept its limits
     */
    public Optional<String> findExcess() {
        String told = excess;
        if (told == null
                && (group.killsForMemory().orElse(0) > 0 || Files.exists(policy.resolveSibling(OVER_MEMORY)))) {
            told = "it ran out of memory, of " + limits.memoryMegabytes().orElse(0) + " MiB; the limit is "
                    + RunLimits.MEMORY_MB.name();
        }
        return Optional.ofNullable(told);
    }

    /**
     * Returns whether it is known that no process of the run was killed for want of memory, after the run's end.
     *
     * @return false if one was, if nobody counts them, or if only the machine's are counted and there was one
     */
    public boolean hasMemorySufficed() {
        OptionalLong kills = group.killsForMemory();
        return kills.isPresent() ? kills.getAsLong() == 0 : machine.hasSufficed();
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
