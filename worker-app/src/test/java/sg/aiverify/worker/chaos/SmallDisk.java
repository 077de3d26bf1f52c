package sg.aiverify.worker.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A directory that can be filled to its last byte: a separate file system, if the test may mount one. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;
    private final Path ballast;
    private final boolean mounted;

    private SmallDisk(Path directory, boolean mounted) {
        this.directory = directory;
        this.ballast = directory.resolve("ballast");
        this.mounted = mounted;
    }

    static SmallDisk at(Path directory, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        free(directory);
        return new SmallDisk(
                directory, succeeds("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory + ""));
    }

    Path directory() {
        return directory;
    }

    /** Tells whether it is small. */
    boolean canBeFilled() {
        return mounted;
    }

    void fill() {
        byte[] block = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (mounted) {
                out.write(block);
            }
        } catch (IOException full) {
            // as was wanted
        }
    }

    void free() throws IOException {
        Files.deleteIfExists(ballast);
    }

    private static boolean succeeds(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** Takes away what an interrupted test has left mounted. */
    static void free(Path directory) throws IOException, InterruptedException {
        succeeds("umount", "-l", directory.toString());
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (mounted) {
            free(directory);
        }
    }
}
