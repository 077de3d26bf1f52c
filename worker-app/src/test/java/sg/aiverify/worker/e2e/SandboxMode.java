package sg.aiverify.worker.e2e;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The ways in which a worker shuts an algorithm in, and what each must hold against. */
enum SandboxMode {
    NONE(EnumSet.noneOf(Shield.class));

    /** The modes that the hostile suite runs in, as far as the machine offers them. */
    static final List<SandboxMode> TESTED = Arrays.asList(values());

    /** Something that an algorithm of the worker's own user could do, and must not. */
    enum Shield {
        /** Shared files cannot be changed. */
        READ_ONLY_INPUTS,
        /** Files that are not the run's own inputs cannot be read. */
        HIDDEN_FILES,
        /** What the worker's process knows cannot be read from /proc. */
        HIDDEN_WORKER,
        /** Neither the worker nor other processes can be signalled. */
        NO_SIGNALS,
        /** Nothing can be reached over TCP. */
        NO_NETWORK
    }

    private final Set<Shield> shields;

    SandboxMode(Set<Shield> shields) {
        this.shields = shields;
    }

    boolean has(Shield shield) {
        return shields.contains(shield);
    }

    Map<String, String> settings() {
        return Map.of();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
