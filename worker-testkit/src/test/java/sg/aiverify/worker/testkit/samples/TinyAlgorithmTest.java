package sg.aiverify.worker.testkit.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.algorithm.Algorithm;

class TinyAlgorithmTest {
    @TempDir
    Path directory;

    @Test
    void isReadAsTheWorkerReadsPlugins() {
        Algorithm algorithm = TinyAlgorithm.write(directory, "mine").read();

        assertThat(algorithm.directory()).isEqualTo(directory.resolve("mine"));
        assertThat(algorithm.meta().get("gid").getAsString()).isEqualTo(TinyAlgorithm.GID);
        assertThat(algorithm.meta().get("cid").getAsString()).isEqualTo("mine");
        assertThat(algorithm.requiresGroundTruth()).isFalse();
    }

    @Test
    void whatItDoesStandsInItsScript() {
        TinyAlgorithm algorithm = TinyAlgorithm.write(directory, "mine").doing("if True:\n    self.progress(5)");

        assertThat(algorithm.read().script())
                .content()
                .contains("        if True:\n            self.progress(5)\n")
                .contains("{\"message\": \"mine\"}");
    }

    @Test
    void itsHashChangesWithItsContent() {
        TinyAlgorithm algorithm = TinyAlgorithm.write(directory, "mine");
        String before = algorithm.read().contentHash();

        assertThat(TinyAlgorithm.write(directory.resolve("other"), "mine")
                        .read()
                        .contentHash())
                .isEqualTo(before);
        assertThat(algorithm.requiring("six==1.16.0").read().contentHash()).isNotEqualTo(before);
    }

    @Test
    void anIllegalIdIsRefused() {
        assertThatThrownBy(() -> TinyAlgorithm.write(directory, "Not-Mine")).hasMessageContaining("Not-Mine");
    }
}
