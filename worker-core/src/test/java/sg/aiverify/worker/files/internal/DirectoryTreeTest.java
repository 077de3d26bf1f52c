package sg.aiverify.worker.files.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DirectoryTreeTest {
    @TempDir
    private Path directory;

    /** Creates a file whose path is longer than the kernel accepts. */
    private Path deeper() throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        for (int i = 0; i < 4; i++) {
            Path below = Files.createDirectories(directory.resolve("below" + ("/" + "a".repeat(100)).repeat(18)));
            Files.writeString(below.resolve("file"), "content");
            if (i > 0) {
                Files.move(directory.resolve("root"), below.resolve("more"));
            }
            Files.deleteIfExists(root);
            Files.move(directory.resolve("below"), root);
        }
        return root;
    }

    @Test
    void directoriesDeeperThanAnyPathAreDeleted() throws IOException {
        Path root = deeper();

        DirectoryTree.delete(root);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void directoriesThatMayNotBeReadAreDeleted() throws IOException {
        Path root = Files.createDirectories(directory.resolve("root"));
        Path closed = Files.createDirectories(root.resolve("a/b/c"));
        Files.writeString(closed.resolve("file"), "content");
        for (Path each = closed; !each.equals(directory); each = each.getParent()) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("---------"));
        }

        DirectoryTree.delete(root);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatLinksLeadToStays() throws IOException {
        Path kept = Files.writeString(directory.resolve("kept"), "content");
        Path root = Files.createDirectories(directory.resolve("root"));
        Files.createSymbolicLink(root.resolve("file"), kept);
        Files.createSymbolicLink(root.resolve("all"), directory);

        DirectoryTree.delete(root);

        assertThat(directory).isDirectoryContaining("glob:**/kept");
        assertThat(root).doesNotExist();
    }

    /** A process that a run left replaces its directory by a link and back, as fast as it can. */
    @Test
    void whoReplacesADirectoryMeanwhileLeadsNowhere() throws Exception {
        Path kept = Files.createDirectories(directory.resolve("kept"));
        for (int i = 0; i < 200; i++) {
            Path root = Files.createDirectories(directory.resolve("root"));
            Path work = Files.createDirectory(root.resolve("work"));
            Path own = Files.createDirectory(work.resolve("own"));
            Path aside = work.resolve("away");
            Path link = Files.createSymbolicLink(work.resolve("link"), kept);
            Files.writeString(kept.resolve("file"), "content");
            Thread swapping = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    move(own, aside);
                    move(link, own);
                    move(own, link);
                    move(aside, own);
                }
            });
            swapping.start();
            try {
                DirectoryTree.delete(root);
            } finally {
                swapping.interrupt();
                swapping.join();
            }
            assertThat(root).doesNotExist();
            assertThat(kept.resolve("file")).hasContent("content");
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            // deleted in the meantime
        }
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void pipesAndManyDirectoriesAreDeleted() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        for (int i = 0; i < 300; i++) {
            Files.createFile(
                    Files.createDirectories(root.resolve("a" + i + "/b/c")).resolve("file"));
        }
        assertThat(new ProcessBuilder(
                                "mkfifo",
                                root.resolve("a1/b/pipe").toString(),
                                root.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();

        DirectoryTree.delete(root);

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void nothingToDeleteIsNoMistake() throws IOException {
        DirectoryTree.delete(directory.resolve("none"));

        assertThat(directory).isEmptyDirectory();
    }
}
