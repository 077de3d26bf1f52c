package sg.aiverify.worker.cache.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.run.CancellationSource;

/** Uses a cache from a separate Java process: {@code fill <cache> <keys> <log>} or {@code hang <cache> <mark>}. */
final class CacheProcess {
    private CacheProcess() {}

    static Process start(String... arguments) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                CacheProcess.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).inheritIO().start();
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        try (DiskContentCache cache = new DiskContentCache(directory, Long.MAX_VALUE, Clock.systemUTC())) {
            if (arguments[0].equals("fill")) {
                obtainAll(cache, Integer.parseInt(arguments[2]), Path.of(arguments[3]));
            } else {
                hang(cache, Path.of(arguments[2]));
            }
        }
    }

    /** Obtains keys one after the other, and writes a line for each entry that it filled. */
    static void obtainAll(ContentCache cache, int keys, Path fills) throws InterruptedException {
        for (int i = 0; i < keys; i++) {
            String key = "key" + i;
            try (CacheEntry entry = cache.obtain("things", key, new CancellationSource(), target -> {
                Files.writeString(target.resolve("file"), key);
                Files.write(
                        fills,
                        (key + "\n").getBytes(StandardCharsets.UTF_8),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            })) {
                if (!Files.exists(entry.directory().resolve("file"))) {
                    throw new IllegalStateException(key + " is not complete");
                }
            }
        }
    }

    private static void hang(ContentCache cache, Path mark) throws InterruptedException {
        CacheEntry used = cache.obtain("things", "used", new CancellationSource(), target -> {});
        cache.obtain("things", "half", new CancellationSource(), target -> {
            Files.writeString(target.resolve("part"), "half");
            Files.writeString(mark, "filling");
            new CountDownLatch(1).await();
        });
        used.close();
    }
}
