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
                .takeWhile(line -> !line.equals("    }"))
                .filter(line -> !line.strip().equals("}"))
                .count();
        assertThat(statements).isBetween(5L, 10L);
        assertThat(directory.resolve("EmbeddedWorker.class")).exists();
    }

    @Test
    void theSampleWithoutQueueAndGatewayCompiles() {
        DocumentedSample.from("embedding.md", "LocalWorker").compileTo(directory);

        assertThat(directory.resolve("LocalWorker.class")).exists();
    }

    @Test
    void theSampleOfShortPausesCompiles() {
        DocumentedSample.from("embedding.md", "HastyWorker").compileTo(directory);

        assertThat(directory.resolve("HastyWorker.class")).exists();
    }

    @Test
    void theModuleSampleCompiles() {
        DocumentedSample.from("pipelines.md", "ShortArguments").compileTo(directory);

        assertThat(directory.resolve("example/ShortArguments$Provider.class")).exists();
    }

    @Test
    void theUploadSampleCompiles() {
        DocumentedSample.from("pipelines.md", "KeptUpload").compileTo(directory);

        assertThat(directory.resolve("example/KeptUpload.class")).exists();
    }
}
