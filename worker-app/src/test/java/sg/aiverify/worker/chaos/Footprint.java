package sg.aiverify.worker.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a worker takes of its machine.
 *
 * @param liveBytes the objects on its heap that something holds
 * @param threads of the process
 * @param handles its open files, sockets and pipes
 * @param diskEntries files and directories below its data directory
 */
record Footprint(long liveBytes, long threads, long handles, long diskEntries) {
    /**
     * Looks at a worker.
     *
     * @param data its data directory
     * @param heap where to list the classes of its objects
     */
    static Footprint of(long pid, Path data, Path heap) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        String threads = Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .findFirst()
                .orElseThrow();
        return new Footprint(
                liveBytes(pid, heap),
                Long.parseLong(threads.substring(8).strip()),
                count(Files.list(process.resolve("fd"))),
                count(Files.walk(data)));
    }

    private static long count(Stream<Path> entries) {
        try (entries) {
            return entries.count();
        }
    }

    /** Has the garbage collected, and reads the sum of what is left. */
    private static long liveBytes(long pid, Path heap) throws IOException {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(tool, String.valueOf(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        Files.write(heap, lines);
        String total = lines.stream()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow(() -> new IOException(String.join("\n", lines)));
        return Long.parseLong(total.strip().split("\\s+")[2]);
    }
}
