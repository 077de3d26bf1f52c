package sg.aiverify.worker.app.demo;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/**
 * The libraries that only the demonstration needs. They are in a directory next to the worker's jar, but not on the
 * jar's class path.
 */
public final class DemoLibraries implements Demonstration.Starter {
    private static final String DIRECTORY = "lib-demo";

    private final Path directory = nextToTheWorker();

    /** Finds the directory of the libraries. */
    public DemoLibraries() {}

    private static Path nextToTheWorker() {
        try {
            return Path.of(DemoLibraries.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolveSibling(DIRECTORY);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the worker's jar has no path", e);
        }
    }

    @Override
    public Demonstration start(Settings settings, Map<String, String> variables, Consumer<String> step)
            throws InterruptedException {
        // The loader is never closed, since the demonstration uses its classes to the end of the process.
        ClassLoader loader = new URLClassLoader(DIRECTORY, jars(), DemoLibraries.class.getClassLoader());
        try {
            return ServiceLoader.load(Demonstration.Starter.class, loader)
                    .findFirst()
                    .orElseThrow(() -> missing("does not contain the demo", null))
                    .start(settings, variables, step);
        } catch (NoClassDefFoundError e) {
            throw missing("is incomplete", e);
        }
    }

    private URL[] jars() {
        if (!Files.isDirectory(directory)) {
            return new URL[0];
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            URL[] urls = new URL[jars.size()];
            for (int i = 0; i < urls.length; i++) {
                urls[i] = jars.get(i).toUri().toURL();
            }
            return urls;
        } catch (IOException e) {
            throw missing("cannot be read: " + Reason.of(e), e);
        }
    }

    private ConfigurationException missing(String problem, @Nullable Throwable cause) {
        return new ConfigurationException(
                List.of("The demo needs the directory " + DIRECTORY + " next to the worker's jar, but "
                        + FileNames.shown(directory) + " " + problem + ". Copy " + DIRECTORY
                        + " together with the jar"),
                cause);
    }
}
