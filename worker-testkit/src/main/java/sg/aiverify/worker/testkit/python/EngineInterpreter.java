package sg.aiverify.worker.testkit.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;

/**
 * Provides a Python with aiverify-test-engine and Pillow. This is the one in {@code PYTHON} or on the path if it has
 * both. Otherwise it is a virtual environment, created once with pip below {@code ~/.cache/aiverify-worker-testkit}.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class EngineInterpreter {
    /** The engine, and Pillow, which plug-ins of the engine must list in their own requirements. */
    private static final List<String> PACKAGES = List.of("aiverify-test-engine", "pillow");

    private static final long PATIENCE_MINUTES = 10;

    private static @Nullable PythonInterpreter base;
    private static @Nullable PythonInterpreter withEngine;

    private EngineInterpreter() {}

    /**
     * Finds a suitable Python, with or without the engine.
     *
     * @return the interpreter
     * @throws sg.aiverify.worker.failure.ConfigurationException if no suitable Python is found
     * @throws InterruptedException if the thread is interrupted
     */
    public static synchronized PythonInterpreter base() throws InterruptedException {
        if (base == null) {
            base = probe(System.getenv().getOrDefault("PYTHON", ""));
        }
        return base;
    }

    /**
     * Finds or creates a Python with the engine. The first call takes a minute and needs a package index.
     *
     * @return the interpreter
     * @throws IllegalStateException if the environment cannot be created; the message contains the end of pip's output
     * @throws InterruptedException if the thread is interrupted
     */
    public static synchronized PythonInterpreter get() throws InterruptedException {
        if (withEngine == null) {
            withEngine = withEngine(base());
        }
        return withEngine;
    }

    /**
     * Finds or creates a Python with the engine, based on a given interpreter.
     *
     * @param command a path or a name on the path; blank for the first suitable one on the path
     * @return the given interpreter, or the interpreter of a virtual environment with the same version
     * @throws sg.aiverify.worker.failure.ConfigurationException if the given interpreter is not suitable
     * @throws IllegalStateException if the engine cannot be installed; the message contains the end of pip's output
     * @throws InterruptedException if the thread is interrupted
     */
    public static synchronized PythonInterpreter on(String command) throws InterruptedException {
        return withEngine(probe(command));
    }

    private static PythonInterpreter withEngine(PythonInterpreter found) throws InterruptedException {
        return found.distributions().keySet().containsAll(PACKAGES)
                ? found
                : probe(cached(found).resolve("bin/python").toString());
    }

    /**
     * Creates a virtual environment of a suitable Python, without any packages.
     *
     * @param directory the directory of the environment
     * @return the path of its interpreter
     * @throws InterruptedException if the thread is interrupted
     */
    public static Path bare(Path directory) throws InterruptedException {
        execute(
                directory,
                List.of(base().executable().toString(), "-m", "venv", "--without-pip", directory.toString()));
        return directory.resolve("bin").resolve("python");
    }

    /**
     * Runs Python code in the interpreter with the engine.
     *
     * @param directory the working directory
     * @param code the code
     * @throws IllegalStateException if the code fails; the message contains the code's output
     * @throws InterruptedException if the thread is interrupted
     */
    public static void run(Path directory, String code) throws InterruptedException {
        execute(directory, List.of(get().executable().toString(), "-c", code));
    }

    private static PythonInterpreter probe(String command) throws InterruptedException {
        Settings settings = Settings.of(Map.of("PYTHON", command));
        return new InterpreterFinder(PythonScripts.ofCore(home()), System.getenv()).find(settings);
    }

    private static Path cached(PythonInterpreter found) throws InterruptedException {
        Path environment = home().resolve("engine-with-pillow-" + found.version());
        Path complete = environment.resolve("complete");
        try (FileChannel channel =
                        FileChannel.open(home().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !Files.exists(complete)) {
                String python = environment.resolve("bin/python").toString();
                execute(environment, List.of(found.executable().toString(), "-m", "venv", environment.toString()));
                List<String> install =
                        new ArrayList<>(List.of(python, "-m", "pip", "install", "--only-binary", ":all:"));
                install.addAll(PACKAGES);
                execute(environment, install);
                Files.createFile(complete);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return environment;
    }

    private static Path home() {
        Path home = FileNames.path("The home directory", System.getProperty("user.home"))
                .resolve(".cache/aiverify-worker-testkit");
        try {
            return Files.createDirectories(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void execute(Path directory, List<String> command) throws InterruptedException {
        try {
            Files.createDirectories(directory);
            Path output = Files.createTempFile("python", ".txt");
            try {
                Process process = new ProcessBuilder(new ArrayList<>(command))
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                boolean ended;
                try {
                    ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
                } finally {
                    process.destroyForcibly();
                }
                if (!ended || process.exitValue() != 0) {
                    throw new IllegalStateException(command + " failed:\n" + Files.readString(output));
                }
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
