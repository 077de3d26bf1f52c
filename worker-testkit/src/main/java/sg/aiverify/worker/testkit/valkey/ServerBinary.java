package sg.aiverify.worker.testkit.valkey;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The program of a server.
 *
 * @param path the program's path
 * @param version the program's name and version, for example {@code Valkey server 8.0.1}
 */
record ServerBinary(Path path, String version) {
    private static final Pattern VERSION = Pattern.compile("^(.*?) v=(\\S+)");
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");
    private static @Nullable ServerBinary bundled;

    /**
     * Finds {@code valkey-server}, or else {@code redis-server}, on the path. Returns the bundled server if there is
     * none, or if they are too old for a worker.
     */
    static ServerBinary best() throws IOException, InterruptedException {
        for (String name : List.of("valkey-server", "redis-server")) {
            for (Path candidate : onPath(name).toList()) {
                Optional<String> version = version(candidate);
                if (version.isPresent()) {
                    return new ServerBinary(candidate, version.get());
                }
            }
        }
        return bundled();
    }

    /** Unpacks the server that the library's jar contains, once per process. */
    static synchronized ServerBinary bundled() throws IOException, InterruptedException {
        ServerBinary known = bundled;
        if (known == null) {
            Path directory = Files.createTempDirectory("valkey-binary-");
            File file = ExecutableProvider.newJarResourceProvider(directory.toFile())
                    .get();
            // Registers the directory first, since Java deletes the files in the reverse order.
            directory.toFile().deleteOnExit();
            file.deleteOnExit();
            String version = version(file.toPath())
                    .orElseThrow(() -> new ConfigurationException(
                            "the bundled server does not run on this machine; install valkey-server or redis-server"));
            known = new ServerBinary(file.toPath(), version);
            bundled = known;
        }
        return known;
    }

    private static Stream<Path> onPath(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable);
    }

    /**
     * Checks for version 6.2 or later, which the queue needs. Valkey started with 7.2, so every Valkey is new enough.
     */
    static boolean isNewEnough(String version) {
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.lookingAt()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major > 6 || major == 6 && Integer.parseInt(numbers.group(2)) >= 2;
    }

    private static Optional<String> version(Path program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(program.toString(), "--version")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            return Optional.empty();
        }
        Matcher matcher = VERSION.matcher(output);
        return matcher.find() && isNewEnough(matcher.group(2))
                ? Optional.of(matcher.group(1) + " " + matcher.group(2))
                : Optional.empty();
    }
}
