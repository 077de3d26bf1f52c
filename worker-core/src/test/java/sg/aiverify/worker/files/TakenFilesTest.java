package sg.aiverify.worker.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TakenFilesTest {
    @TempDir
    private Path directory;

    private Path run;
    private Path output;
    private Path into;
    private Path secret;

    @BeforeEach
    void make() throws IOException {
        run = Files.createDirectory(directory.resolve("run"));
        output = Files.createDirectories(run.resolve("algorithm/output"));
        into = Files.createDirectory(directory.resolve("into"));
        secret = Files.createDirectories(directory.resolve("secret"));
        Files.writeString(Files.createDirectories(secret.resolve("output")).resolve("a.png"), "secret");
        Files.writeString(secret.resolve("a.png"), "secret");
    }

    private Path taken(String... names) throws IOException {
        TakenFiles.take(run, List.of(names), into);
        return TakenFiles.in(into);
    }

    private static List<String> files(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatIsNamedIsTakenAndNothingElse() throws IOException {
        Files.writeString(run.resolve("result.json"), "{}");
        Files.writeString(output.resolve("with spaces.png"), "spaces");
        Files.writeString(output.resolve("b.png"), "b");
        Path deep = Files.createDirectories(output.resolve("plots/more"));
        Files.writeString(deep.resolve("c.png"), "c");
        Files.writeString(deep.resolve("d.png"), "d");
        Files.writeString(directory.resolve("outside"), "outside");

        Path taken = taken(
                "result.json",
                "algorithm/output/with spaces.png",
                "algorithm/output/plots/more/c.png",
                "algorithm/output/plots/more/d.png",
                "algorithm/output/none.png",
                "algorithm/output/plots",
                "../outside",
                "algorithm//output/b.png",
                "algorithm/./output/b.png",
                "",
                "a\0b");

        assertThat(files(taken))
                .containsExactly(
                        "algorithm/output/plots/more/c.png",
                        "algorithm/output/plots/more/d.png",
                        "algorithm/output/with spaces.png",
                        "result.json");
        assertThat(taken.resolve("algorithm/output/plots/more/d.png")).hasContent("d");
        assertThat(directory.resolve("outside")).hasContent("outside");
    }

    @Test
    void linksLeadNowhereWhereverTheyStand() throws IOException {
        Files.move(run.resolve("algorithm"), run.resolve("away"));
        Files.createSymbolicLink(run.resolve("algorithm"), secret);
        Files.createSymbolicLink(run.resolve("result.json"), secret.resolve("a.png"));
        Path other = Files.createDirectory(run.resolve("other"));
        Files.createSymbolicLink(other.resolve("output"), secret);

        Path taken = taken("result.json", "algorithm/output/a.png", "other/output/a.png", "algorithm/output/a.png");

        assertThat(files(taken)).isEmpty();
        assertThat(secret.resolve("output/a.png")).hasContent("secret");
        assertThat(secret.resolve("a.png")).hasContent("secret");
    }

    @Test
    void aFileThatHasAnotherNameIsLeftOut() throws IOException {
        Files.createLink(output.resolve("a.png"), secret.resolve("a.png"));

        assertThat(files(taken("algorithm/output/a.png"))).isEmpty();
    }

    @Test
    void aPipeInPlaceOfAFileOrDirectoryIsNotWaitedFor() throws Exception {
        pipe(run.resolve("result.json"));
        pipe(output.resolve("a.png"));
        pipe(output.resolve("plots"));
        pipe(run.resolve("other"));

        assertThat(files(taken(
                        "result.json", "algorithm/output/a.png", "algorithm/output/plots/b.png", "other/output/a.png")))
                .isEmpty();
    }

    private static void pipe(Path path) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void directoriesAndFilesWithoutPermissionsAreTakenAllTheSame() throws IOException {
        Path plots = Files.createDirectory(output.resolve("plots"));
        Files.writeString(plots.resolve("a.png"), "a");
        Files.setPosixFilePermissions(plots.resolve("a.png"), PosixFilePermissions.fromString("---------"));
        Files.setPosixFilePermissions(plots, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.setPosixFilePermissions(output, PosixFilePermissions.fromString("r-xr-xr-x"));

        assertThat(taken("algorithm/output/plots/a.png").resolve("algorithm/output/plots/a.png"))
                .hasContent("a");
    }

    /** Names of missing files use no memory; each of these has two thousand directories. */
    @Test
    void manyLongNamesTakeLittleMemory() throws IOException {
        Files.writeString(output.resolve("b.png"), "b");
        int depth = 2030;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 9_000; i++) {
            names.add("algorithm/output/" + i + "/a".repeat(depth));
        }
        names.add("algorithm/output/b.png");

        assertThat(files(taken(names.toArray(String[]::new)))).containsExactly("algorithm/output/b.png");
    }

    /** Another user than root must open a directory to move it, and another process can replace it by a pipe. */
    @Test
    void aPipeWhereNothingMayBeMovedIsNotWaitedFor() throws Exception {
        pipe(run.resolve("result.json"));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("r-xr-xr-x"));

        assertThat(files(taken("result.json"))).isEmpty();
    }

    @Test
    void whatIsAddedByWhoHadTheFileOpenIsNotRead() throws IOException {
        Path file = Files.writeString(output.resolve("a.png"), "begin");
        try (var writer = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            Path taken = taken("algorithm/output/a.png");
            try (RunFile opened = RunFile.open(taken, "algorithm/output/a.png").orElseThrow()) {
                writer.write(" and more".getBytes());
                assertThat(opened.size()).isEqualTo(5);
                assertThat(new String(opened.content().readAllBytes())).isEqualTo("begin");
            }
        }
    }

    /** A remaining process of the run replaces its directory by a link and back, as fast as it can. */
    @Test
    void whoReplacesADirectoryMeanwhileLeadsNowhere() throws Exception {
        for (int i = 0; i < 200; i++) {
            Path left = Files.createDirectory(directory.resolve("run" + i));
            Path algorithm = left.resolve("algorithm");
            Path aside = left.resolve("away");
            Path link = Files.createSymbolicLink(left.resolve("link"), secret);
            Files.writeString(
                    Files.createDirectories(algorithm.resolve("output")).resolve("a.png"), "own");
            Thread swapping = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    move(algorithm, aside);
                    move(link, algorithm);
                    move(algorithm, link);
                    move(aside, algorithm);
                }
            });
            swapping.start();
            Path target = Files.createDirectory(directory.resolve("into" + i));
            TakenFiles.take(left, List.of("algorithm/output/a.png"), target);
            swapping.interrupt();
            swapping.join();

            Path taken = TakenFiles.in(target);
            assertThat(files(taken))
                    .allSatisfy(file -> assertThat(taken.resolve(file)).hasContent("own"));
            assertThat(secret.resolve("output/a.png")).hasContent("secret");
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            // taken from it
        }
    }
}
