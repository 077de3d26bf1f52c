package sg.aiverify.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentedSamplesTest {
    @TempDir
    Path directory;

    @Test
    void theEmbeddingSampleCompilesAndHasAboutTenLines() {
        DocumentedSample sample = DocumentedSample.from("embedding.md", "EmbeddedWorker");

        sample.compileTo(directory);

        long statements = sample.code()
                .lines()
                .dropWhile(line -> !line.contains("void main"))
                .skip(1)
                .filter(line -> !line.isBlank() && !line.strip().equals("}"))
                .count();
        assertThat(statements).isLessThanOrEqualTo(10);
        assertThat(directory.resolve("EmbeddedWorker.class")).exists();
    }

    @Test
    void theModuleSampleCompiles() {
        DocumentedSample.from("pipelines.md", "ShortArguments").compileTo(directory);

        assertThat(directory.resolve("example/ShortArguments$Provider.class")).exists();
    }
}
