package sg.aiverify.worker.pipelines.k8s.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.TaskFailedException;

class ResultCopyTest {
    private static final long MEGABYTE = 1 << 20;

    @TempDir
    Path directory;

    private JobDirectory place;
    private Path output;
    private Path into;

    @BeforeEach
    void make() throws IOException {
        place = new JobDirectory(directory, "run-1");
        output = Files.createDirectories(result(place).resolve("algorithm/output"));
        into = Files.createDirectories(directory.resolve("own"));
        Files.writeString(result(place).resolve("result.json"), "{}");
    }

    @Test
    void whatWasNamedIsCopiedAndNothingElse() throws IOException {
        Files.writeString(output.resolve("a.png"), "a");
        Files.writeString(Files.createDirectories(output.resolve("deep")).resolve("b.png"), "b");
        Files.writeString(output.resolve("c.png"), "c");

        ResultCopy.copy(place, List.of("a.png", "deep/b.png", "none.png", "../../result.json", ""), into, MEGABYTE);

        assertThat(into.resolve("result.json")).hasContent("{}");
        assertThat(into.resolve("algorithm/output/a.png")).hasContent("a");
        assertThat(into.resolve("algorithm/output/deep/b.png")).hasContent("b");
        assertThat(into.resolve("algorithm/output/c.png")).doesNotExist();
    }

    @Test
    void aLinkInPlaceOfTheResultsDirectoryLeadsNowhere() throws IOException {
        JobDirectory victim = new JobDirectory(directory, "run-2");
        Files.createDirectories(result(victim));
        Files.writeString(result(victim).resolve("result.json"), "{\"secret\":1}");
        Files.move(result(place), directory.resolve("away"));
        Files.createSymbolicLink(result(place), Path.of("../../run-2/out/result"));

        ResultCopy.copy(place, List.of("a.png"), into, MEGABYTE);

        assertThat(into).isEmptyDirectory();
    }

    @Test
    void linksToFilesAndDirectoriesAreLeftOut() throws IOException {
        Path secret = Files.createDirectories(directory.resolve("secret"));
        Files.writeString(secret.resolve("token"), "token");
        Files.createSymbolicLink(output.resolve("sub"), secret);
        Files.createSymbolicLink(output.resolve("a.png"), secret.resolve("token"));

        ResultCopy.copy(place, List.of("sub/token", "a.png"), into, MEGABYTE);

        assertThat(into.resolve("algorithm")).doesNotExist();
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void pipesInPlaceOfFilesAndDirectoriesAreNotWaitedFor() throws Exception {
        for (Path pipe : List.of(
                output.resolve("a.png"),
                output.resolve("plots"),
                place.out().resolve("errors"),
                place.out().resolve("ended"))) {
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                    .isZero();
        }

        ResultCopy.copy(place, List.of("a.png", "plots/b.png"), into, MEGABYTE);

        assertThat(into.resolve("result.json")).hasContent("{}");
        assertThat(into.resolve("algorithm")).doesNotExist();
        assertThat(place.errors()).isEmpty();
        assertThat(place.ended()).isEmpty();
    }

    @Test
    void moreThanTheLimitIsRefused() throws IOException {
        Files.write(output.resolve("a.png"), new byte[(int) MEGABYTE]);

        assertThatThrownBy(() -> ResultCopy.copy(place, List.of("a.png"), into, MEGABYTE))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Failed to run algorithm: its result is larger than 1 MiB; the limit is"
                        + " KUBECTL_SCRATCH_MB");
    }

    private static Path result(JobDirectory run) {
        return run.out().resolve("result");
    }
}
