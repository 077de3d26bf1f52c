package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.isolation.DirectorySize.Result;

class DirectorySizeTest {
    private static final long LIMIT = 100_000;

    @TempDir
    private Path directory;

    @Test
    void emptyFilesTakeSpaceAsWell() throws IOException {
        for (int i = 0; i < 20; i++) {
            Files.createFile(directory.resolve("file" + i));
        }
        assertThat(DirectorySize.of(directory, LIMIT)).isEqualTo(Result.FITS);
        for (int i = 20; i < 25; i++) {
            Files.createFile(directory.resolve("file" + i));
        }
        assertThat(DirectorySize.of(directory, LIMIT)).isEqualTo(Result.EXCEEDS);
    }

    @Test
    void theContentOfFilesCounts() throws IOException {
        Files.write(directory.resolve("file"), new byte[(int) LIMIT]);

        assertThat(DirectorySize.of(directory, LIMIT)).isEqualTo(Result.EXCEEDS);
    }

    @Test
    void whatLiesTooDeepToBeCountedIsTold() throws IOException {
        Files.createDirectories(directory.resolve(("a".repeat(100) + "/").repeat(21)));

        assertThat(DirectorySize.of(directory, Long.MAX_VALUE)).isEqualTo(Result.HIDES);
    }

    @Test
    void aDirectoryThatIsGoneTakesNothing() {
        assertThat(DirectorySize.of(directory.resolve("none"), LIMIT)).isEqualTo(Result.FITS);
    }
}
