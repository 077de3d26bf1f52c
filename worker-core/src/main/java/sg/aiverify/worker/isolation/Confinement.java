package sg.aiverify.worker.isolation;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.run.RunLimits;

/** The sandbox and the limits of one run. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class Confinement implements AutoCloseable {
    /** The file that supervisor.py creates next to the policy if a run exceeds its memory limit. */
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
     * Returns the file with the rules that supervisor.py applies.
     *
     * @return an absolute path
     */
    public Path policy() {
        return policy;
    }

    /**
     * Notes a problem with the run's files, as supervisor.py reports it.
     *
     * @param problem the supervisor's code for the problem
     */
    public void noteFiles(String problem) {
        excess = problem.equals("exceed")
                ? "its files took more than " + diskMegabytes + " MiB; the limit is " + Isolation.DISK_MB.name()
                : "its files cannot be counted: some are nested too deep, in a directory that cannot be read, or open in"
                        + " a process that cannot be inspected or stopped; "
                        + Isolation.DISK_MB.name()
                        + " limits their size";
    }

    /**
     * Checks whether a problem with the run's files was noted, even if the run succeeded.
     *
     * @return true if a problem was noted
     */
    public boolean isExceeded() {
        return excess != null;
    }

    /**
     * Explains which limit the run exceeded. To be called after the run's end.
     *
     * @return the text that follows "Failed to run algorithm: "; empty if the run exceeded no limit
     */
    public Optional<String> findExcess() {
        String cause = excess;
        if (cause == null
                && (group.killsForMemory().orElse(0) > 0 || Files.exists(policy.resolveSibling(OVER_MEMORY)))) {
            cause = "it ran out of memory: the limit is "
                    + limits.memoryMegabytes().orElse(0) + " MiB, set by " + RunLimits.MEMORY_MB.name();
        }
        return Optional.ofNullable(cause);
    }

    /**
     * Checks whether it is certain that no process of the run was killed for lack of memory. To be called after the
     * run's end.
     *
     * @return false if a process of the run was killed, if the kernel does not count such kills, or if it counts them
     *     only for the whole machine and killed any process
     */
    public boolean hasMemorySufficed() {
        OptionalLong kills = group.killsForMemory();
        return kills.isPresent() ? kills.getAsLong() == 0 : machine.hasSufficed();
    }

    /**
     * Returns a hint that may explain a failure. To be called after the run's end.
     *
     * @return a sentence; empty if there is no hint
     */
    public Optional<String> findHint() {
        return group.ranOutOfProcesses()
                ? Optional.of("It could not start more than " + limits.pids() + " processes and threads; the limit is "
                        + RunLimits.PIDS.name())
                : Optional.empty();
    }

    /** Removes the run's control groups. All its processes must have ended. */
    @Override
    public void close() {
        group.close();
    }
}
