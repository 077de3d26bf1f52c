package sg.aiverify.worker.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import sg.aiverify.worker.cache.DirectoryTree;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.isolation.HostPython;
import sg.aiverify.worker.isolation.Isolation;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** The ways in which a worker locks an algorithm in, and what each holds against. */
enum SandboxMode {
    NONE(EnumSet.noneOf(Shield.class)),
    LANDLOCK(EnumSet.allOf(Shield.class)),
    LANDLOCK_ALONE(EnumSet.allOf(Shield.class)),
    BUBBLEWRAP(EnumSet.allOf(Shield.class));

    /** What the hostile suite runs in unless told otherwise: all that differs, in the time that a build has. */
    private static final String USUAL = "none,landlock,landlock-alone";

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
     * Lists the modes that the hostile suite runs in: those of the system property {@code hostile.modes}, each of which
     * must work here; without it the usual ones that do.
     */
    static List<SandboxMode> tested() {
        String asked = System.getProperty("hostile.modes", "");
        return Stream.of((asked.isBlank() ? USUAL : asked).split(","))
                .map(word -> valueOf(word.strip().toUpperCase(Locale.ROOT).replace('-', '_')))
                .filter(mode -> !asked.isBlank() || mode.worksHere())
                .toList();
    }

    private boolean worksHere() {
        try {
            Path directory = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "mode");
            try {
                PythonInterpreter python = EngineInterpreter.get();
                Path scripts = PythonScripts.ofCore(directory).directory();
                HostPython host = new HostPython(python.executable(), python.libraries(), scripts);
                Isolation.choose(Settings.of(settings()), host, directory, System.getenv("PATH"))
                        .close();
                return true;
            } catch (ConfigurationException none) {
                return false;
            } finally {
                DirectoryTree.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
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
