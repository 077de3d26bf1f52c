package sg.aiverify.worker.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.WorkerSettings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.files.ArchiveExtractor;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.CancellationSource;

/** The process that {@link AsciiLocaleTest} starts in the locale C. It writes its results to one file, in UTF-8. */
final class AsciiProcess {
    private AsciiProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Path zip = directory.resolve("a.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(zip)) {
            out.setEncoding("UTF-8");
            out.putArchiveEntry(new ZipArchiveEntry("größe/漢字.txt"));
            out.write('x');
            out.closeArchiveEntry();
        }
        Path target = directory.resolve("out");
        new ArchiveExtractor(1, 10).extract(zip, target, "it", new CancellationSource());
        Path file;
        try (var walk = Files.walk(target)) {
            file = walk.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        Path odd = FileNames.resolve(directory, "données", "it");
        Files.createDirectory(odd);
        Settings settings = Settings.of(Map.of(WorkerSettings.DATA_DIR.name(), FileNames.text(odd)));
        String refused = "none";
        try (Worker worker = Worker.builder()
                .settings(settings)
                .queue(new InMemoryTaskQueue(Duration.ofMinutes(1)))
                .build()) {
            refused = "started " + worker;
        } catch (ConfigurationException e) {
            refused = String.valueOf(e.getMessage());
        }
        Files.write(
                directory.resolve("seen"),
                List.of(
                        FileNames.text(target.relativize(file)),
                        Boolean.toString(Files.exists(FileNames.absolute(Path.of("here")))),
                        FileNames.text(FileNames.path("it", "here")),
                        Boolean.toString(
                                FileNames.isSeenAs("Größe", System.getenv().getOrDefault("ODD", ""))),
                        refused));
    }
}
