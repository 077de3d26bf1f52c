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

/** The samples in docs/testing.md, the blocks behind {@code <!-- sample: Name -->}, hold true to this testkit. */
class DocumentedSamplesTest {
    private static final Path PAGE = Path.of("..", "docs", "testing.md");

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"WorkerTest", "CrashTest", "MyQueueTest", "MyExecutorTest"})
    void theSampleCompiles(String name) throws IOException {
        Matcher block = Pattern.compile("<!-- sample: " + name + " -->\\s*```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        assertThat(block.find()).as("%s holds the sample %s", PAGE, name).isTrue();

        compile(List.of(source(name, block.group(1)), provider("MyBuildProvider"), provider("MyExecuteProvider")));

        assertThat(directory.resolve(name + ".class")).exists();
    }

    /** What a reader brings along. */
    private static JavaFileObject provider(String name) {
        return source(name, """
                import sg.aiverify.worker.pipeline.*;

                record %1$s(Stage stage, String name) implements PipeProvider {
                    %1$s() {
                        this(null, null);
                    }

                    @Override
                    public Pipe create(PipeHost host) {
                        return null;
                    }
                }
                """.formatted(name));
    }

    private static JavaFileObject source(String name, String code) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
    }

    private void compile(List<JavaFileObject> sources) {
        StringWriter messages = new StringWriter();
        List<String> options = List.of("-d", directory.toString(), "--release", "17", "-proc:none", "-Werror");
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(messages, null, null, options, null, sources)
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
    }
}
