package sg.aiverify.worker.files.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ShortHashTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    @Test
    void eachHashBecomesItsFirstTwelveDigitsAndNothingElseChanges() {
        assertThat(ShortHash.in(Path.of("/cache/venv/" + HASH))).isEqualTo("/cache/venv/0123456789ab");
        assertThat(ShortHash.in("sha256:" + HASH + "-folder and " + HASH))
                .isEqualTo("sha256:0123456789ab-folder and 0123456789ab");
        assertThat(ShortHash.in("a" + HASH)).isEqualTo("a" + HASH);
        assertThat(ShortHash.in("2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e")).hasSize(36);
    }
}
