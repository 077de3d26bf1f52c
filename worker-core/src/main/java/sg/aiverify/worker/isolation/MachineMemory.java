package sg.aiverify.worker.isolation;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Whether the kernel killed any process of this machine for want of memory since a moment. Immutable. */
final class MachineMemory {
    private static final Path COUNTERS = Path.of("/proc/vmstat");

    private final Path counters;
    private final OptionalLong before;

    private MachineMemory(Path counters) {
        this.counters = counters;
        this.before = kills();
    }

    /** Begins now. */
    static MachineMemory fromNow() {
        return fromNow(COUNTERS);
    }

    /** Begins now, with a file of counters that looks like the kernel's. */
    static MachineMemory fromNow(Path counters) {
        return new MachineMemory(counters);
    }

    /** Returns whether it is known that none was killed; false if the kernel does not count them. */
    boolean hasSufficed() {
        return before.isPresent() && before.equals(kills());
    }

    private OptionalLong kills() {
        return ControlGroup.count(counters, "oom_kill");
    }
}
