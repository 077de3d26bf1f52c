package sg.aiverify.worker.e2e;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The sandboxes of a worker, and the protections of each. */
enum SandboxMode {
    NONE(EnumSet.noneOf(Shield.class)),
    LANDLOCK(EnumSet.allOf(Shield.class)),
    LANDLOCK_ALONE(EnumSet.allOf(Shield.class)),
    BUBBLEWRAP(EnumSet.allOf(Shield.class));

    /** The default modes of hostile cases: the strongest and the weakest, within the time of a build. */
    private static final String USUAL = "none,landlock";

    private static final String USUAL_FOR_INPUTS = "landlock";

    /** A protection: an action that the worker's user could do, but an algorithm must not. */
    enum Shield {
        /** Shared files cannot be changed. */
        READ_ONLY_INPUTS,
        /** Files that are not the run's own inputs cannot be read. */
        HIDDEN_FILES,
        /** The data of the worker's process cannot be read from /proc. */
        HIDDEN_WORKER,
        /** Neither the worker nor other processes can be signalled. */
        NO_SIGNALS,
        /** Nothing can be reached over TCP. */
        NO_NETWORK,
        /** System calls that block or observe others, or change their files by name, are refused. */
        FILTERED_CALLS
    }

    private final Set<Shield> shields;

    SandboxMode(Set<Shield> shields) {
        this.shields = shields;
    }

    /**
     * Returns the modes of hostile cases: those of the system property {@code hostile.modes}, or the default modes.
     */
    static List<SandboxMode> tested() {
        return asked(USUAL);
    }

    /** Returns the modes for behaviour that is the same in each mode. */
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
