package sg.aiverify.worker.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunFileTest {
    @TempDir
    private Path directory;

    @Test
    void aPlainFileIsReadAsFarAsItGoes() throws IOException {
        Files.writeString(Files.createDirectories(directory.resolve("a/b c")).resolve("d"), "content");

        try (RunFile file = RunFile.open(directory, "a/b c/d").orElseThrow()) {
            assertThat(file.size()).isEqualTo(7);
            assertThat(file.content().read()).isEqualTo('c');
        }
        assertThat(RunFile.exists(directory, "a/b c/d")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "/",
                "a",
                "a/",
                "/a/file",
                "a/../a/file",
                "none",
                "none/file",
                "link",
                "linked/file",
                "a/file/more",
                "pipe",
                "pipe/file",
                "a\0b"
            })
    void whatIsNoPlainFileBelowIsNotOpened(String name) throws Exception {
        Files.writeString(Files.createDirectory(directory.resolve("a")).resolve("file"), "content");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("a/file"));
        Files.createSymbolicLink(directory.resolve("linked"), Path.of("a"));
        assertThat(new ProcessBuilder("mkfifo", directory.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(RunFile.open(directory, name)).isEmpty();
        assertThat(RunFile.exists(directory, name)).isFalse();
    }
}
