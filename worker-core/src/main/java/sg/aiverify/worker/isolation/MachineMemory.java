package sg.aiverify.worker.isolation;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Checks whether the kernel has killed any process of this machine for lack of memory since a start. Immutable. */
final class MachineMemory {
    private static final Path COUNTERS = Path.of("/proc/vmstat");

    private final Path counters;
    private final OptionalLong before;

    private MachineMemory(Path counters) {
        this.counters = counters;
        this.before = kills();
    }

    /** Creates a check for the time from now on. */
    static MachineMemory fromNow() {
        return fromNow(COUNTERS);
    }

    /** Creates a check for the time from now on, with a file of counters in the format of {@code /proc/vmstat}. */
    static MachineMemory fromNow(Path counters) {
        return new MachineMemory(counters);
    }

    /** Checks whether it is certain that no process was killed. False if the kernel does not count such kills. */
    boolean hasSufficed() {
        return before.isPresent() && before.equals(kills());
    }

    private OptionalLong kills() {
        return ControlGroup.count(counters, "oom_kill");
    }
}
