package sg.aiverify.worker.chaos.light;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.testkit.stage.InProcessAlgorithm;

/** The jar of the light modules. */
public final class LightPlugin {
    private static final List<Class<?>> PROVIDERS =
            List.of(LightAlgorithm.BuildProvider.class, LightAlgorithm.ExecuteProvider.class);
    private static final List<Class<?>> OUTERMOST = List.of(LightAlgorithm.class, InProcessAlgorithm.class);

    private LightPlugin() {}

    /** Writes the jar to a directory and returns the variables with which a worker uses it. */
    public static Map<String, String> write(Path directory) {
        try {
            Files.createDirectories(directory);
            try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(directory.resolve("light.jar")))) {
                for (Class<?> type : OUTERMOST.stream()
                        .flatMap(type -> Stream.concat(Stream.of(type), Stream.of(type.getDeclaredClasses())))
                        .toList()) {
                    add(jar, type.getName().replace('.', '/') + ".class", bytes(type));
                }
                String providers =
                        String.join("\n", PROVIDERS.stream().map(Class::getName).toList());
                add(
                        jar,
                        "META-INF/services/" + ModuleProvider.class.getName(),
                        providers.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> variables = new HashMap<>();
        variables.put("TEWORKER_PLUGIN_DIR", directory.toString());
        variables.putAll(InProcessAlgorithm.settings());
        return variables;
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        try (InputStream in = Objects.requireNonNull(type.getResourceAsStream(file), file)) {
            return in.readAllBytes();
        }
    }

    private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(content);
        jar.closeEntry();
    }
}
