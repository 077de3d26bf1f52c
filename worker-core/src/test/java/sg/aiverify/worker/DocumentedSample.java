package sg.aiverify.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A Java sample of the documentation: the block behind {@code <!-- sample: Name -->}.
 *
 * @param name the class's name
 * @param code its source
 */
public record DocumentedSample(String name, String code) {
    /** Reads a sample from a page below docs/. */
    public static DocumentedSample from(String page, String name) {
        Path file = Path.of("..", "docs", page);
        Pattern block = Pattern.compile("<!-- sample: " + name + " -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
        try {
            Matcher found = block.matcher(Files.readString(file));
            assertThat(found.find()).as("%s contains the sample %s", file, name).isTrue();
            return new DocumentedSample(name, found.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Compiles the sample with this test's class path. Warnings are errors. */
    public void compileTo(Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return code;
                    }
                };
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", classes.toString(), "--release", "17", "-proc:none", "-Werror"),
                        null,
                        List.of(source))
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
    }

    /** Compiles the sample and packs it into a jar with a services file. */
    public void packTo(Path jar, String service, String... providers) throws IOException {
        Path classes = Files.createTempDirectory(jar.getParent(), "classes");
        compileTo(classes);
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "9.8.7");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
            }
            out.putNextEntry(new JarEntry("META-INF/services/" + service));
            out.write(String.join("\n", providers).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
