package sg.aiverify.worker.e2e;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The ways in which a worker locks an algorithm in, and what each holds against. */
enum SandboxMode {
    NONE(EnumSet.noneOf(Shield.class)),
    LANDLOCK(EnumSet.allOf(Shield.class)),
    LANDLOCK_ALONE(EnumSet.allOf(Shield.class)),
    BUBBLEWRAP(EnumSet.allOf(Shield.class));

    /** What hostile cases run in unless told otherwise: the two ends, in the time that a build has. */
    private static final String USUAL = "none,landlock";

    private static final String USUAL_FOR_INPUTS = "landlock";

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
        NO_NETWORK,
        /** System calls that stall or watch others, or change their files by name, are refused. */
        FILTERED_CALLS
    }

    private final Set<Shield> shields;

    SandboxMode(Set<Shield> shields) {
        this.shields = shields;
    }

    /**
     * Lists the modes that hostile cases run in: those of the system property {@code hostile.modes}; without it the usual
     * ones.
     */
    static List<SandboxMode> tested() {
        return asked(USUAL);
    }

    /** Lists them for what the worker does alike in each mode. */
    static List<SandboxMode> testedForInputs() {
        return asked(USUAL_FOR_INPUTS);
    }

    private static List<SandboxMode> asked(String usual) {
        String asked = System.getProperty("hostile.modes", "");
        return Stream.of((asked.isBlank() ? usual : asked).split(","))
                .map(word -> valueOf(word.strip().toUpperCase(Locale.ROOT).replace('-', '_')))
                .toList();
    }

    boolean has(Shield shield) {
        return shields.contains(shield);
    }

    Map<String, String> settings() {
        return Map.of("TEWORKER_SANDBOX", toString());
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
