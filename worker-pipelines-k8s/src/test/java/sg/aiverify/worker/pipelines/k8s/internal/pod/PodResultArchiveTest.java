package sg.aiverify.worker.pipelines.k8s.internal.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.TaskFailedException;

class PodResultArchiveTest {
    @TempDir
    Path directory;

    @Test
    void onlyPlainFilesOfTheResultAreSent() throws Exception {
        Path work = Files.createDirectories(directory.resolve("run/work"));
        Path output = Files.createDirectories(work.resolve("algorithm/output"));
        Files.writeString(work.resolve("result.json"), "{}");
        Files.writeString(output.resolve("plot.png"), "plot");
        Files.createLink(output.resolve("twin.png"), output.resolve("plot.png"));
        Files.createSymbolicLink(output.resolve("link.png"), Path.of("/etc/hostname"));
        Files.createSymbolicLink(output.resolve("up"), directory);
        Files.writeString(Files.createDirectories(directory.resolve("data")).resolve("same.sav"), "data");
        String names = "[\"result.json\", \"algorithm/output/plot.png\", \"algorithm/output/twin.png\","
                + " \"algorithm/output/link.png\", \"algorithm/output/up/data/same.sav\", \"algorithm/output\","
                + " \"algorithm/output/../../../data/same.sav\", \"/etc/hostname\", \"gone.png\", \"nul\\u0000\"]\n";

        byte[] archive =
                PodPython.run(directory, send(), stream -> stream.write(names.getBytes(StandardCharsets.UTF_8)));
        Path unpacked = Files.createDirectories(directory.resolve("unpacked"));
        PodResultArchive.unpack(
                new ByteArrayInputStream(archive),
                List.of("result.json", "algorithm/output/plot.png", "algorithm/output/twin.png"),
                unpacked);

        try (var found = Files.walk(unpacked)) {
            assertThat(found.filter(Files::isRegularFile)
                            .map(file -> unpacked.relativize(file).toString()))
                    .containsExactlyInAnyOrder("result.json", "algorithm/output/plot.png", "algorithm/output/twin.png");
        }
        assertThat(unpacked.resolve("algorithm/output/twin.png")).hasContent("plot");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../up", "/absolute"})
    void aForgedArchiveWritesNothingOutside(String name) throws Exception {
        byte[] archive = forged(new TarArchiveEntry(name, true));

        assertThatThrownBy(() -> PodResultArchive.unpack(new ByteArrayInputStream(archive), List.of(name), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a plain file");
    }

    @Test
    void aForgedLinkIsRefused() throws Exception {
        TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
        link.setLinkName("/etc/hostname");
        byte[] archive = forged(link);

        assertThatThrownBy(() -> PodResultArchive.unpack(new ByteArrayInputStream(archive), List.of("link"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a plain file");
    }

    @Test
    void aForgedFileWithHolesIsRefused() throws Exception {
        byte[] archive = amended(
                Map.of("GNU.sparse.size", "268435456", "GNU.sparse.numblocks", "1", "GNU.sparse.map", "268435456,0"));

        assertThatThrownBy(() ->
                        PodResultArchive.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a plain file");
        assertThat(directory.resolve("result.json")).doesNotExist();
    }

    @Test
    void aForgedHeaderThatTakesMuchMemoryIsRefused() throws Exception {
        byte[] archive = amended(Map.of("comment", "x".repeat(1_000_000)));

        assertThatThrownBy(() ->
                        PodResultArchive.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("headers of more than 65536 bytes");
    }

    @Test
    void whatWasNotAskedForIsRefused() throws Exception {
        byte[] archive = forged(new TarArchiveEntry("more.json"));

        assertThatThrownBy(() ->
                        PodResultArchive.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'more.json', which was not requested");
        assertThat(directory.resolve("more.json")).doesNotExist();
    }

    @Test
    void whatIsSentTwiceIsRefused() throws Exception {
        byte[] archive = forged(new TarArchiveEntry("result.json"), new TarArchiveEntry("result.json"));

        assertThatThrownBy(() ->
                        PodResultArchive.unpack(new ByteArrayInputStream(archive), List.of("result.json"), directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was sent twice");
    }

    @Test
    void aNameThatNoFileCanHaveEndsTheRunForGood() throws Exception {
        String name = "nul\0.json";
        byte[] archive = amended(Map.of("path", name));

        assertThatThrownBy(() -> PodResultArchive.unpack(new ByteArrayInputStream(archive), List.of(name), directory))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("whose name the worker cannot use");
    }

    @Test
    void anArchiveThatIsCutOffIsNoResult() throws Exception {
        Path work = Files.createDirectories(directory.resolve("run/work"));
        Files.write(work.resolve("result.json"), new byte[30_000]);
        byte[] archive = PodPython.run(
                directory, send(), stream -> stream.write("[\"result.json\"]\n".getBytes(StandardCharsets.UTF_8)));
        Path unpacked = Files.createDirectories(directory.resolve("unpacked"));

        assertThatThrownBy(() -> PodResultArchive.unpack(
                        new ByteArrayInputStream(archive, 0, 20_000), List.of("result.json"), unpacked))
                .isInstanceOf(IOException.class);
    }

    private List<String> send() {
        Path script = PodInputs.ownScripts(directory.resolve("worker")).path("in_pod.py");
        return List.of("-B", script.toString(), "send", directory.toString());
    }

    private static byte[] forged(TarArchiveEntry... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (TarArchiveEntry entry : entries) {
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** Creates an archive of one empty file with additional headers, as POSIX allows. */
    private static byte[] amended(Map<String, String> amendments) throws IOException {
        StringBuilder records = new StringBuilder();
        amendments.forEach((key, value) -> {
            String record = " " + key + "=" + value + "\n";
            int length = record.length(); // grows by the length of its own digits
            while (length != record.length() + Integer.toString(length).length()) {
                length = record.length() + Integer.toString(length).length();
            }
            records.append(length).append(record);
        });
        byte[] header = records.toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry amendment = new TarArchiveEntry("header", TarConstants.LF_PAX_EXTENDED_HEADER_LC);
            amendment.setSize(header.length);
            tar.putArchiveEntry(amendment);
            tar.write(header);
            tar.closeArchiveEntry();
            tar.putArchiveEntry(new TarArchiveEntry("result.json"));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
