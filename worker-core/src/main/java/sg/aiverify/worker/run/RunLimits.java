package sg.aiverify.worker.run;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;

/**
 * The limits of one run, for every module that runs algorithms. The module and the host determine which limits are
 * enforced.
 *
 * @param memoryMegabytes memory, in MiB; empty if there is no limit
 * @param cpus processors; empty if there is no limit
 * @param pids processes and threads
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record RunLimits(Optional<Integer> memoryMegabytes, Optional<Double> cpus, int pids) {
    private static final String GROUP = "Runs";

    /** The setting that limits the memory of a run. */
    public static final Setting<Integer> MEMORY_MB = Setting.integer(
                    "TEWORKER_TASK_MEMORY_MB", null, 16, 16_777_216, "MB", "memory limit of one run")
            .inGroup(GROUP)
            .whenNotSet("no limit")
            .withDetails("""
                    In a virtual environment, a control group limits the memory of all processes of the run together.
                    Without a control group, the kernel limits each process of the run alone.
                    In addition, the worker counts the memory of all of them, and kills a run that exceeds the limit.
                    See [isolation.md](isolation.md#limits), and an example in [operating.md](operating.md#memory).
                    """);
    /** The setting that limits the processors of a run. */
    public static final Setting<Double> CPUS = Setting.of(
                    "TEWORKER_TASK_CPUS",
                    null,
                    "limit of the processors of one run",
                    "a number from 0.01 to 1024",
                    RunLimits::processors)
            .inGroup(GROUP)
            .whenNotSet("no limit")
            .withDetails("""
                    In a virtual environment a control group applies the limit.
                    Without a control group there is no limit.
                    """);
    /** The setting that limits the processes and threads of a run. */
    public static final Setting<Integer> PIDS = Setting.integer(
                    "TEWORKER_TASK_PIDS", "512", 16, 1_000_000, "limit of the processes and threads of one run")
            .inGroup(GROUP)
            .withDetails("""
                    It applies in Docker and in virtual environments, there with a control group or namespaces.
                    A pod cannot set this limit.
                    """);

    public RunLimits {
        Objects.requireNonNull(memoryMegabytes, "memoryMegabytes");
        Objects.requireNonNull(cpus, "cpus");
    }

    /**
     * Reads the limits.
     *
     * @param settings the worker's settings
     * @return the limits
     */
    public static RunLimits from(Settings settings) {
        return new RunLimits(settings.find(MEMORY_MB), settings.find(CPUS), settings.get(PIDS));
    }

    /**
     * Lists the settings that {@link #from} reads.
     *
     * @return the settings of the limits
     */
    public static List<Setting<?>> settings() {
        return List.of(MEMORY_MB, CPUS, PIDS);
    }

    private static double processors(String text) {
        double value = Double.parseDouble(text);
        if (!(value >= 0.01 && value <= 1024)) {
            throw new IllegalArgumentException("out of range");
        }
        return value;
    }
}
