package sg.aiverify.worker.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancellationSource;

/** The worker counts the entries of a zip before it opens it, without trusting the zip's own count. */
class ZipDirectoryTest {
    @TempDir
    private Path directory;

    private Path zip(Zip64Mode mode, boolean marked, String... names) throws IOException {
        Path zip = directory.resolve("a.zip");
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(zip)) {
            out.setUseZip64(mode);
            out.setUseLanguageEncodingFlag(marked);
            for (String name : names) {
                out.putArchiveEntry(new ZipArchiveEntry(name));
                out.write(1);
                out.closeArchiveEntry();
            }
        }
        return zip;
    }

    /** A zip whose normal end record refers to the zip64 end record for the position of the entries. */
    private Path zip64(String... names) throws IOException {
        Path zip = zip(Zip64Mode.Always, true, names);
        change(zip, bytes -> bytes.putInt(bytes.limit() - 22 + 16, -1));
        return zip;
    }

    private void change(Path zip, Consumer<ByteBuffer> change) throws IOException {
        byte[] bytes = Files.readAllBytes(zip);
        change.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        Files.write(zip, bytes);
    }

    @Test
    void entriesOfAZipAreCountedUpToTheLimit() throws IOException {
        Path zip = zip(Zip64Mode.Never, true, "a", "b", "c");

        assertThat(ZipDirectory.sizeOf(zip, 2)).isEqualTo(ZipDirectory.Size.TOO_MANY_ENTRIES);
        assertThat(ZipDirectory.sizeOf(zip, 3)).isEqualTo(ZipDirectory.Size.FINE);
    }

    @Test
    void entriesOfAZip64AreCountedWhereItsOwnEndSaysTheyAre() throws IOException {
        Path zip = zip64("a", "b", "c");

        assertThat(ZipDirectory.sizeOf(zip, 2)).isEqualTo(ZipDirectory.Size.TOO_MANY_ENTRIES);
        assertThat(ZipDirectory.sizeOf(zip, 3)).isEqualTo(ZipDirectory.Size.FINE);
    }

    @Test
    void aZip64WhoseLocatorOrEndIsBrokenHasNoEntriesToCount() throws IOException {
        int locator = 22 + 20;
        Path zip = zip64("a", "b");
        change(zip, bytes -> bytes.putInt(bytes.limit() - locator, 0x12345678));
        assertThat(ZipDirectory.sizeOf(zip, 0)).isEqualTo(ZipDirectory.Size.FINE);

        zip = zip64("a", "b");
        change(zip, bytes -> bytes.putLong(bytes.limit() - locator + 8, -5));
        assertThat(ZipDirectory.sizeOf(zip, 0)).isEqualTo(ZipDirectory.Size.FINE);

        zip = zip64("a", "b");
        change(zip, bytes -> bytes.putLong(bytes.limit() - locator + 8, bytes.limit()));
        assertThat(ZipDirectory.sizeOf(zip, 0)).isEqualTo(ZipDirectory.Size.FINE);

        byte[] bytes = Files.readAllBytes(zip);
        Files.write(zip, Arrays.copyOfRange(bytes, bytes.length - 22, bytes.length));
        assertThat(ZipDirectory.sizeOf(zip, 0)).isEqualTo(ZipDirectory.Size.FINE);
    }

    @Test
    void aFileThatIsNotAZipHasNoEntriesAndAMissingFileIsAnInfrastructureFailure() throws IOException {
        assertThat(ZipDirectory.sizeOf(Files.writeString(directory.resolve("b"), "no zip at all"), 0))
                .isEqualTo(ZipDirectory.Size.FINE);
        assertThatThrownBy(() -> ZipDirectory.sizeOf(directory.resolve("nothing"), 0))
                .isInstanceOf(InfrastructureException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"new\nline", "C:windows", "/absolute", "a/../../b"})
    void namesThatMeanAnotherPlaceSomewhereAreRefused(String name) throws IOException {
        assertRefused(zip(Zip64Mode.Never, true, name));
    }

    @Test
    void namesThatNoFileSystemTakesAreRefused() throws IOException {
        assertRefused(zip(Zip64Mode.Never, true, "x".repeat(256)), "has a part longer than 255 bytes in its name");
        assertRefused(zip(Zip64Mode.Never, true, "y/".repeat(3000) + "z"), "has a name longer than");
        assertRefused(zip(Zip64Mode.Never, true, "."), "has no name");
    }

    private void assertRefused(Path zip, String... words) {
        assertThatThrownBy(() -> new ArchiveExtractor(1, 10)
                        .extract(zip, directory.resolve("out"), "model 'm'", new CancellationSource()))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("zip of model 'm'")
                .hasMessageContainingAll(words.length == 0 ? new String[] {"The entry"} : words);
    }
}
