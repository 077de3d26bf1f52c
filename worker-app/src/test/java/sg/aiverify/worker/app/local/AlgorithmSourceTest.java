package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.TaskFailedException;

class AlgorithmSourceTest {
    @TempDir
    Path directory;

    private static AlgorithmSource source(Path path) {
        return AlgorithmSource.at(path, Settings.defaults());
    }

    @Test
    void aProjectIsKnownByItselfItsPackageOrAFolderAround() throws IOException {
        Path project = directory.resolve("plugin/algorithms/one");
        Path inner = BareAlgorithm.write(project);
        Files.createDirectories(directory.resolve("plugin/.venv/lib/other"));
        Files.writeString(directory.resolve("plugin/.venv/lib/other/algo.py"), "");

        for (Path given : new Path[] {project, inner, directory.resolve("plugin"), project.getParent()}) {
            assertThat(source(given))
                    .isEqualTo(new AlgorithmSource(project.toAbsolutePath(), "g", "c", List.of("regression")));
        }
    }

    @Test
    void aFolderThatLeavesItOpenWhatToRunIsRefused() throws IOException {
        Path inner = BareAlgorithm.write(directory.resolve("plugin/algorithms/one"));
        BareAlgorithm.write(directory.resolve("plugin/algorithms/two"));
        assertRefused(
                directory.resolve("plugin"),
                "contains several algorithms, choose the folder of one: algorithms/one, algorithms/two");

        Files.createDirectories(inner.resolveSibling("another"));
        Files.copy(inner.resolve("algo.py"), inner.resolveSibling("another/algo.py"));
        assertRefused(inner, "workers run the first one, another");

        Path source = BareAlgorithm.write(directory.resolve("lib/src"));
        Files.move(source.resolveSibling("pyproject.toml"), directory.resolve("lib/pyproject.toml"));
        assertRefused(directory.resolve("lib"), "has its package in src and pyproject.toml in a parent folder");
        assertRefused(source, "src/package has no pyproject.toml in the folder above. Expected");
    }

    @Test
    void aZipIsKnownByItsMetadata() throws IOException {
        Path zip = directory.resolve("algorithm.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("far/down/in/it/algo.meta.json"));
            out.write("{\"gid\": \"g\", \"cid\": \"deep\"}".getBytes(StandardCharsets.UTF_8));
            out.closeEntry();
            out.finish();
            assertThat(source(zip).cid()).isEqualTo("deep");
        }
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("far/down/in/it/algo.meta.json"));
            out.write("{}".getBytes(StandardCharsets.UTF_8));
            out.putNextEntry(new ZipEntry("package/algo.meta.json"));
            out.write(BareAlgorithm.META.getBytes(StandardCharsets.UTF_8));
            out.putNextEntry(new ZipEntry("package/algo.py"));
            out.putNextEntry(new ZipEntry("pyproject.toml"));
        }

        assertThat(source(zip).cid()).isEqualTo("c");
    }

    @Test
    void aZipWithNamesAsOtherProgramsWriteThemIsKnown() throws IOException {
        Path zip = directory.resolve("algorithm.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip), Charset.forName("IBM437"))) {
            out.putNextEntry(new ZipEntry("für Prüfer.txt"));
            out.putNextEntry(new ZipEntry("package\\algo.meta.json"));
            out.write(("\uFEFF" + BareAlgorithm.META).getBytes(StandardCharsets.UTF_8));
            out.putNextEntry(new ZipEntry("pyproject.toml"));
        }

        assertThat(AlgorithmSource.at(zip, Settings.defaults()).cid()).isEqualTo("c");
    }

    @Test
    void aPackageWithoutItsProjectIsRefused() throws IOException {
        Path zip = directory.resolve("package.zip");
        for (String folder : List.of("", "package/", "around/package/")) {
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
                out.putNextEntry(new ZipEntry(folder + "algo.meta.json"));
                out.write(BareAlgorithm.META.getBytes(StandardCharsets.UTF_8));
                out.putNextEntry(new ZipEntry(folder + "algo.py"));
            }
            assertRefused(
                    zip,
                    "--algorithm: " + zip + " has no pyproject.toml in the folder above its package: zip the project"
                            + " folder, not the package. Expected");
        }
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("algo.meta.json"));
            out.write(BareAlgorithm.META.getBytes(StandardCharsets.UTF_8));
            out.putNextEntry(new ZipEntry("package/algo.py"));
            out.putNextEntry(new ZipEntry("pyproject.toml"));
        }
        assertThat(source(zip).cid()).isEqualTo("c");
        Path inner = BareAlgorithm.write(directory.resolve("project"));
        Files.delete(inner.resolveSibling("pyproject.toml"));
        assertRefused(inner.getParent(), "project has no pyproject.toml in the folder above its package. Expected");
        assertRefused(inner, "package has no pyproject.toml in the folder above. Expected");
    }

    @Test
    void aFolderThatCannotBeCopiedIsRefusedWithTheNameOfTheFile() throws IOException, InterruptedException {
        Path folder = directory.resolve("algorithm");
        BareAlgorithm.write(folder);
        Path real = Files.createFile(directory.resolve("data.csv"));
        Files.createSymbolicLink(folder.resolve("data.csv"), real);
        Files.createDirectory(folder.resolve("output"));
        Files.createSymbolicLink(folder.resolve("output/old"), directory.resolve("absent"));
        assertThat(AlgorithmSource.at(folder, Settings.defaults()).cid()).isEqualTo("c");

        Path part = Files.createDirectory(folder.resolve("part"));
        Path odd = Files.createSymbolicLink(part.resolve("odd"), directory.resolve("absent"));
        assertRefused(folder, "part/odd, which is a link to a missing file");

        Files.delete(odd);
        Files.createSymbolicLink(odd, folder);
        assertRefused(folder, "part/odd, which is a link to one of its parent folders");

        Files.delete(odd);
        assertThat(new ProcessBuilder("mkfifo", odd.toString()).start().waitFor())
                .isZero();
        assertRefused(folder, "part/odd, which is neither a file nor a folder");
    }

    @Test
    void whatIsNoAlgorithmIsRefusedInWords() throws IOException {
        assertRefused(
                directory,
                "neither this folder nor a folder up to 3 levels below it contains a package with algo.py. Expected");
        assertRefused(Files.writeString(directory.resolve("algo.txt"), "text"), "is neither a folder nor a .zip");
        Path project = directory.resolve("project");
        Path meta = BareAlgorithm.write(project).resolve("algo.meta.json");
        Files.writeString(meta, "{\"gid\": \"g\"}");
        assertRefused(project, "--algorithm: in package/algo.meta.json cid is missing");
        Files.writeString(meta, "{");
        assertRefused(project, "--algorithm: package/algo.meta.json is not valid JSON");
        Files.delete(meta);
        assertRefused(project, "--algorithm: algorithm metadata algo.meta.json not found");
        Path zip = Files.writeString(directory.resolve("no.zip"), "text");
        assertRefused(zip, "--algorithm: " + zip + ": the zip of the algorithm cannot be read: it is not a zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("readme.txt"));
        }
        assertRefused(
                zip,
                "--algorithm: " + zip + " is not an algorithm: no package in its root or in a folder up to 3 levels"
                        + " below contains algo.meta.json. Expected");
    }

    private static void assertRefused(Path path, String reason) {
        assertThatThrownBy(() -> AlgorithmSource.at(path, Settings.defaults()))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining(reason);
    }
}
