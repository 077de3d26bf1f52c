package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunDirectoriesTest {
    @TempDir
    private Path root;

    @Test
    void aSecondWorkerInTheProcessDoesNotExposeTheFirstToTheSweepOfAnotherProcess() throws Exception {
        try (RunDirectories first = new RunDirectories(root)) {
            Path run = first.create();
            try (RunDirectories second = new RunDirectories(root)) {
                Path other = second.create();
                startElsewhere();
                assertThat(run).isDirectory();
                assertThat(other).isDirectory();
            }
            startElsewhere();
            assertThat(run).isDirectory();
        }
    }

    @Test
    void theDirectoryOfADeadWorkerIsDeleted() throws Exception {
        Path left = Files.createDirectories(root.resolve("dead").resolve("run-1"));
        new RunDirectories(root).close();
        assertThat(left.getParent()).doesNotExist();
    }

    @Test
    void manyStartsLeaveNoMoreLocksThanWorkersRanAtOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            try (RunDirectories one = new RunDirectories(root);
                    RunDirectories two = new RunDirectories(root)) {
                assertThat(one.create().getParent()).isNotEqualTo(two.create().getParent());
            }
        }
        try (Stream<Path> locks = Files.list(root.resolve("locks"))) {
            assertThat(locks).hasSize(2);
        }
    }

    @Test
    void theFilesOfADeadWorkerInAReusedDirectoryAreDeleted() throws Exception {
        Path left = Files.createDirectories(root.resolve("worker-1").resolve("run-1"));
        try (RunDirectories directories = new RunDirectories(root)) {
            assertThat(left).doesNotExist();
            assertThat(directories.create()).isEmptyDirectory();
        }
    }

    @Test
    void filesThatCannotBeDeletedDoNotPreventAWorkerFromStarting() throws Exception {
        Path mine = Files.createDirectories(root.resolve("worker-1"));
        boolean resists = chattr("+i", mine);
        try (RunDirectories directories = new RunDirectories(root)) {
            assertThat(directories.create().getParent().getFileName()).hasToString(resists ? "worker-2" : "worker-1");
        } finally {
            chattr("-i", mine);
        }
    }

    /** Returns false without the permission, without support by the file system, or without the program. */
    private static boolean chattr(String change, Path file) throws InterruptedException {
        try {
            return new ProcessBuilder("chattr", change, file.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Creates and closes the directories of a worker in a separate Java process. */
    public static void main(String[] arguments) {
        new RunDirectories(Path.of(arguments[0])).close();
    }

    private void startElsewhere() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = List.of(
                java,
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                RunDirectoriesTest.class.getName(),
                root.toString());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
