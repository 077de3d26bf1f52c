package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.TaskFailedException;

class AlgorithmSourceTest {
    private static final String META = "{\"gid\": \"g\", \"cid\": \"c\"}";

    @TempDir
    Path directory;

    @Test
    void aFolderIsKnownByItsMetadataOneFolderBelow() throws IOException {
        Path inner = Files.createDirectory(directory.resolve("package"));
        Files.writeString(inner.resolve("algo.meta.json"), META);

        assertThat(AlgorithmSource.at(directory, Settings.defaults()))
                .isEqualTo(new AlgorithmSource(directory.toAbsolutePath(), "g", "c"));
    }

    @Test
    void aZipIsKnownByItsMetadata() throws IOException {
        Path zip = directory.resolve("algorithm.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("far/too/deep/algo.meta.json"));
            out.write("{}".getBytes(StandardCharsets.UTF_8));
            out.putNextEntry(new ZipEntry("package/algo.meta.json"));
            out.write(META.getBytes(StandardCharsets.UTF_8));
        }

        assertThat(AlgorithmSource.at(zip, Settings.defaults()).cid()).isEqualTo("c");
    }

    @Test
    void aZipWithNamesAsOtherProgramsWriteThemIsKnown() throws IOException {
        Path zip = directory.resolve("algorithm.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip), Charset.forName("IBM437"))) {
            out.putNextEntry(new ZipEntry("für Prüfer.txt"));
            out.putNextEntry(new ZipEntry("package\\algo.meta.json"));
            out.write(("\uFEFF" + META).getBytes(StandardCharsets.UTF_8));
        }

        assertThat(AlgorithmSource.at(zip, Settings.defaults()).cid()).isEqualTo("c");
    }

    @Test
    void aFolderThatCannotBeCopiedIsRefusedWithTheNameOfTheFile() throws IOException, InterruptedException {
        Path folder = Files.createDirectory(directory.resolve("algorithm"));
        Files.writeString(folder.resolve("algo.meta.json"), "{\"gid\": \"g\", \"cid\": \"c\"}");
        Path real = Files.createFile(directory.resolve("data.csv"));
        Files.createSymbolicLink(folder.resolve("data.csv"), real);
        Files.createDirectory(folder.resolve("output"));
        Files.createSymbolicLink(folder.resolve("output/old"), directory.resolve("absent"));
        assertThat(AlgorithmSource.at(folder, Settings.defaults()).cid()).isEqualTo("c");

        Path part = Files.createDirectory(folder.resolve("part"));
        Path odd = Files.createSymbolicLink(part.resolve("odd"), directory.resolve("absent"));
        assertRefused(folder, "part/odd, which is a link that leads nowhere");

        Files.delete(odd);
        Files.createSymbolicLink(odd, folder);
        assertRefused(folder, "part/odd, which is a link to a folder that it lies in");

        Files.delete(odd);
        assertThat(new ProcessBuilder("mkfifo", odd.toString()).start().waitFor())
                .isZero();
        assertRefused(folder, "part/odd, which is neither a file nor a folder");
    }

    @Test
    void whatIsNoAlgorithmIsRefusedInWords() throws IOException {
        assertRefused(directory, "has no algo.meta.json");
        Files.writeString(directory.resolve("algo.meta.json"), "{\"gid\": \"g\"}");
        assertRefused(directory, "has no cid");
        Files.writeString(directory.resolve("algo.meta.json"), "[]");
        assertRefused(directory, "is no JSON object");
        Files.writeString(directory.resolve("algo.meta.json"), "{");
        assertRefused(directory, "is no JSON");
        assertRefused(Files.writeString(directory.resolve("no.zip"), "text"), "cannot be read");
    }

    private static void assertRefused(Path path, String reason) {
        assertThatThrownBy(() -> AlgorithmSource.at(path, Settings.defaults()))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason);
    }
}
