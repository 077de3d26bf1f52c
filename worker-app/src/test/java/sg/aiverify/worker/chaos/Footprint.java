package sg.aiverify.worker.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The resources that a worker uses.
 *
 * @param liveObjects the number of reachable objects on its heap
 * @param liveBytes their size in bytes
 * @param threads the number of its threads
 * @param handles the number of its open files, sockets and pipes
 * @param diskEntries the number of files and directories below its data directory
 */
record Footprint(long liveObjects, long liveBytes, long threads, long handles, long diskEntries) {
    /**
     * Measures a worker.
     *
     * @param data its data directory
     * @param heap the file for the list of the classes of its objects
     */
    static Footprint of(long pid, Path data, Path heap) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        String threads = Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .findFirst()
                .orElseThrow();
        String[] live = live(pid, heap);
        return new Footprint(
                Long.parseLong(live[1]),
                Long.parseLong(live[2]),
                Long.parseLong(threads.substring(8).strip()),
                count(Files.list(process.resolve("fd"))),
                count(Files.walk(data)));
    }

    private static long count(Stream<Path> entries) {
        try (entries) {
            return entries.count();
        }
    }

    /** Runs the garbage collector and reads the line of totals: a word, the number of objects, their bytes. */
    private static String[] live(long pid, Path heap) throws IOException {
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
        return total.strip().split("\\s+");
    }
}
