package sg.aiverify.worker.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples in docs/testing.md: the blocks behind {@code <!-- sample: Name -->}. */
class DocumentedSamplesTest {
    private static final Path PAGE = Path.of("..", "docs", "testing.md");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"WorkerTest", "MyQueueTest"})
    void theSampleCompiles(String name) throws IOException {
        Matcher block = Pattern.compile("<!-- sample: " + name + " -->\\s*```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        assertThat(block.find()).as("%s holds the sample %s", PAGE, name).isTrue();

        compile(name, block.group(1));

        assertThat(directory.resolve(name + ".class")).exists();
    }

    private void compile(String name, String code) {
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return code;
                    }
                };
        StringWriter messages = new StringWriter();
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", directory.toString(), "--release", "17", "-proc:none", "-Werror"),
                        null,
                        List.of(source))
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
    }
}
