package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A block of code in the documentation.
 *
 * @param page the page's file
 * @param name the name in the comment {@code <!-- sample: name -->} above it; empty if there is none
 * @param language the language after its first fence; empty if there is none
 * @param text the text between the fences
 */
public record Sample(Path page, String name, String language, String text) {
    private static final Path ROOT = Path.of("..");
    private static final Pattern BLOCK = Pattern.compile(
            "(?:<!-- sample: (\\S+) -->\\s*)?^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    /** Lists the blocks of all pages. */
    static List<Sample> all() {
        try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(files.sorted(), Stream.of(ROOT.resolve("README.md")))
                    .flatMap(page -> of(page).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Finds a block of a page below docs/ by its name. */
    public static Sample from(String page, String name) {
        List<Sample> found = of(ROOT.resolve("docs").resolve(page)).stream()
                .filter(sample -> sample.name.equals(name))
                .toList();
        assertThat(found).as("blocks of %s with the name %s", page, name).hasSize(1);
        return found.get(0);
    }

    private static List<Sample> of(Path page) {
        try {
            List<Sample> samples = new ArrayList<>();
            for (MatchResult block :
                    BLOCK.matcher(Files.readString(page)).results().toList()) {
                String name = block.group(1);
                samples.add(new Sample(page, name == null ? "" : name, block.group(2), block.group(3)));
            }
            return samples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a placeholder of the sample with a value of this machine. */
    Sample with(String documented, String value) {
        assertThat(text).as("%s of %s", name, page).contains(documented);
        return new Sample(page, name, language, text.replace(documented, value));
    }

    /** Compiles classes as a reader's build does, warnings shown as errors. */
    static void compileTo(Path classes, Sample... samples) {
        List<JavaFileObject> sources = Stream.of(samples)
                .map(Sample::source)
                .map(JavaFileObject.class::cast)
                .toList();
        StringWriter messages = new StringWriter();
        List<String> options = List.of("-d", classes.toString(), "--release", "17", "-proc:none", "-Werror");
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(messages, null, null, options, null, sources)
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
    }

    /** The classes of a reader. */
    static Sample own(String name, String code) {
        return new Sample(Path.of("a reader's"), name, "java", code);
    }

    private SimpleJavaFileObject source() {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }
}
