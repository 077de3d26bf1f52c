package sg.aiverify.worker.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

class ArchiveExtractorTest {
    @TempDir
    private Path directory;

    private Path zip;
    private Path target;
    private final CancellationSource running = new CancellationSource();

    @BeforeEach
    void names() {
        zip = directory.resolve("a.zip");
        target = directory.resolve("out");
    }

    @Test
    void aListOfEntriesThatWouldFillTheMemoryIsRefusedBeforeItIsRead() throws IOException {
        zip(out -> {
            for (int i = 0; i < 1100; i++) {
                ZipArchiveEntry entry = new ZipArchiveEntry("entry-" + i);
                entry.setComment("c".repeat(65_000));
                add(out, entry, new byte[0]);
            }
        });

        assertThatThrownBy(() -> new ArchiveExtractor(10, 2000).extract(zip, target, "model 'm'", running))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("The zip of model 'm' is rejected: its list of entries exceeds the limit of 64 MB");
        assertThat(target).doesNotExist();
    }

    /** Writes the entries of one zip. */
    @FunctionalInterface
    private interface Content {
        void write(ZipArchiveOutputStream out) throws IOException;
    }

    private void zip(Content content) throws IOException {
        try (OutputStream file = Files.newOutputStream(zip);
                ZipArchiveOutputStream out = new ZipArchiveOutputStream(file)) {
            content.write(out);
        }
    }

    private static void add(ZipArchiveOutputStream out, ZipArchiveEntry entry, byte[] bytes) throws IOException {
        out.putArchiveEntry(entry);
        out.write(bytes);
        out.closeArchiveEntry();
    }

    private static void add(ZipArchiveOutputStream out, String name, String text) throws IOException {
        add(out, new ZipArchiveEntry(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private void extract() {
        new ArchiveExtractor(1, 10).extract(zip, target, "model 'm'", running);
    }

    private void assertRefused(String... words) {
        assertThatThrownBy(this::extract)
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("zip of model 'm'")
                .hasMessageContainingAll(words);
        assertThat(directory.resolve("evil")).doesNotExist();
    }

    @Test
    void files_and_directories_come_out_as_they_went_in() throws IOException {
        zip(out -> {
            add(out, "empty/", "");
            add(out, "sub/deep/a.txt", "äöü");
            add(out, "zero", "");
        });
        extract();
        assertThat(target.resolve("empty")).isEmptyDirectory();
        assertThat(target.resolve("sub/deep/a.txt"))
                .content(StandardCharsets.UTF_8)
                .isEqualTo("äöü");
        assertThat(target.resolve("zero")).isEmptyFile();
    }

    @Test
    void namesWithAnyLettersAreKept() throws IOException {
        zip(out -> add(out, "größe/漢字.txt", "x"));

        extract();

        assertThat(target.resolve(FileNames.of("größe/漢字.txt"))).hasContent("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/evil", "C:/evil", "a\\..\\evil", "evil\u0001", "a/b/.."})
    void names_that_lead_elsewhere_are_refused(String name) throws IOException {
        zip(out -> add(out, name, "x"));
        assertRefused("The entry '");
    }

    @Test
    void links_are_refused() throws IOException {
        zip(out -> {
            ZipArchiveEntry link = new ZipArchiveEntry("link");
            link.setUnixMode(UnixStat.LINK_FLAG | 0777);
            add(out, link, "/etc/passwd".getBytes(StandardCharsets.UTF_8));
        });
        assertRefused("'link'", "is a link");
        assertThat(target.resolve("link")).doesNotExist();
    }

    @Test
    void devices_are_refused() throws IOException {
        zip(out -> {
            ZipArchiveEntry pipe = new ZipArchiveEntry("pipe");
            pipe.setUnixMode(0010644);
            add(out, pipe, new byte[0]);
        });
        assertRefused("'pipe'", "neither a file nor a directory");
    }

    @Test
    void names_that_are_there_twice_are_refused() throws IOException {
        zip(out -> {
            add(out, "a", "1");
            add(out, "./a", "2");
        });
        assertRefused("'./a'", "twice");
    }

    @Test
    void a_file_that_is_also_a_directory_is_refused() throws IOException {
        zip(out -> {
            add(out, "a", "1");
            add(out, "a/b", "2");
        });
        assertRefused("'a/b'", "below an entry that is a file");
    }

    /** A zip whose names are not marked as UTF-8. */
    private void unmarked(String encoding, Content content) throws IOException {
        zip(out -> {
            out.setEncoding(encoding);
            out.setUseLanguageEncodingFlag(false);
            out.setCreateUnicodeExtraFields(ZipArchiveOutputStream.UnicodeExtraFieldPolicy.NEVER);
            content.write(out);
        });
    }

    private void assertUnpacked(String... names) throws IOException {
        extract();
        try (Stream<Path> files = Files.walk(target)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> FileNames.text(target.relativize(file))))
                    .containsExactlyInAnyOrder(names);
        }
    }

    /** A zip of the JDK's writer, which does not change names. */
    private void plain(String... names) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write((name.endsWith("\\") ? "" : "12345").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void unmarked_names_are_utf8_if_they_can_be() throws IOException {
        unmarked("UTF-8", out -> add(out, "Größe/漢字.txt", "x"));
        assertUnpacked("Größe/漢字.txt");
    }

    @Test
    void other_unmarked_names_are_of_the_zip_formats_own_code_page() throws IOException {
        unmarked("IBM437", out -> {
            add(out, "Anleitung für Prüfer.txt", "x");
            add(out, "ascii/1.csv", "x");
        });
        assertUnpacked("Anleitung für Prüfer.txt", "ascii/1.csv");
    }

    @Test
    void a_name_beside_an_unmarked_one_counts_if_it_is_of_that_one() throws IOException {
        unmarked("IBM437", out -> {
            add(out, beside("K?nig.txt", "K?nig.txt", "Kőnig.txt"), new byte[0]);
            add(out, beside("other.txt", "former.txt", "wrong.txt"), new byte[0]);
        });
        assertUnpacked("Kőnig.txt", "other.txt");
    }

    @Test
    void a_name_beside_another_is_held_to_the_same_rules() throws IOException {
        unmarked("UTF-8", out -> add(out, beside("plain", "plain", "../evil"), new byte[0]));
        assertRefused("leads out of the zip");
    }

    private static ZipArchiveEntry beside(String name, String nameThatItIsOf, String better) {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.addExtraField(new UnicodePathExtraField(better, nameThatItIsOf.getBytes(StandardCharsets.US_ASCII)));
        return entry;
    }

    @Test
    void names_that_are_marked_as_utf8_and_are_not_are_refused() throws IOException {
        zip(out -> add(out, "größe", "x"));
        byte[] bytes = Files.readAllBytes(zip);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == (byte) 0xC3 ? (byte) 0xFF : bytes[i];
        }
        Files.write(zip, bytes);
        assertRefused("marked as UTF-8, but is not");
    }

    @Test
    void two_names_that_mean_the_same_are_there_twice() throws IOException {
        unmarked("UTF-8", out -> {
            add(out, beside("1", "1", "é"), new byte[0]);
            add(out, "é", "2");
        });
        assertRefused("'é'", "twice");
        plain("a\\b", "a\\.\\b");
        assertRefused("twice");
    }

    @Test
    void backslashes_separate_directories_where_no_name_has_a_slash() throws IOException {
        plain("pyproject.toml", "algo\\", "algo\\algo.py", "algo\\deep\\data.csv");
        assertUnpacked("pyproject.toml", "algo/algo.py", "algo/deep/data.csv");
    }

    @Test
    void backslashes_beside_slashes_are_refused_with_what_to_do() throws IOException {
        plain("a/b", "a\\c");
        assertRefused("'a\\c'", "create the zip with / between directories");
    }

    @Test
    void a_file_is_found_by_its_name() throws IOException {
        plain("algo\\other", "algo\\meta");
        ArchiveExtractor extractor = new ArchiveExtractor(1, 10);
        assertThat(extractor.find(zip, "algo/meta"::equals, 5, "it"))
                .hasValueSatisfying(found -> assertThat(found).asString().isEqualTo("12345"));
        assertThat(extractor.find(zip, "meta"::equals, 5, "it")).isEmpty();
        assertThatThrownBy(() -> extractor.find(zip, "algo/meta"::equals, 4, "it"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("larger than 4 bytes");
    }

    @Test
    void encrypted_entries_are_refused() throws IOException {
        zip(out -> add(out, "secret", "x"));
        byte[] bytes = Files.readAllBytes(zip);
        int directoryEntry = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
        bytes[directoryEntry + 8] |= 1;
        bytes[6] |= 1;
        Files.write(zip, bytes);
        assertRefused("'secret'", "is encrypted");
    }

    @Test
    void a_zip_bomb_is_stopped_by_what_it_really_unpacks_to() throws IOException {
        zip(out -> add(out, new ZipArchiveEntry("bomb"), new byte[3 * 1024 * 1024]));
        assertThat(zip).isRegularFile();
        assertThat(Files.size(zip)).isLessThan(10_000);
        // The directory of entries contains a smaller size.
        byte[] bytes = Files.readAllBytes(zip);
        int directoryEntry = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
        Arrays.fill(bytes, directoryEntry + 24, directoryEntry + 28, (byte) 1);
        Files.write(zip, bytes);
        assertRefused("'bomb'", "1 MB", "TEWORKER_ARCHIVE_MAX_MB");
    }

    @Test
    void too_many_entries_are_refused_before_anything_is_unpacked() throws IOException {
        zip(out -> {
            for (int i = 0; i < 11; i++) {
                add(out, "f" + i, "");
            }
        });
        assertRefused("10", "TEWORKER_ARCHIVE_MAX_ENTRIES");
        assertThat(target).doesNotExist();
    }

    @Test
    void directories_that_a_name_makes_on_its_way_count_as_entries() throws IOException {
        zip(out -> add(out, "a/".repeat(10) + "file", "content"));
        assertRefused("creates more than 10 files and directories, the limit of TEWORKER_ARCHIVE_MAX_ENTRIES");
    }

    @Test
    void few_names_that_make_very_many_directories_do_not_fill_the_memory() throws IOException {
        zip(out -> {
            for (int i = 0; i < 100; i++) {
                add(out, i + "/a".repeat(1000), "");
            }
        });
        EntryNames names = new EntryNames("model 'm'", 200_000, true);
        try (ZipFile archive = ZipFile.builder().setPath(zip).get()) {
            assertThatThrownBy(() -> archive.getEntries().asIterator().forEachRemaining(names::check))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageEndingWith(
                            "exceeds a limit: the paths of all files and directories take more than 64 MB in total");
        }
    }

    @Test
    void as_many_entries_as_allowed_pass() throws IOException {
        zip(out -> {
            for (int i = 0; i < 10; i++) {
                add(out, "f" + i, "");
            }
        });
        extract();
        assertThat(target.resolve("f9")).exists();
    }

    @Test
    void what_is_not_a_zip_is_refused() throws IOException {
        Files.writeString(zip, "not a zip at all");
        assertRefused("cannot be read: it is not a zip");
        Files.writeString(zip, "");
        assertRefused("cannot be read: it is empty");
    }

    @Test
    void a_zip_that_was_cut_off_is_refused_as_such() throws IOException {
        zip(out -> add(out, "a", "text"));
        byte[] whole = Files.readAllBytes(zip);
        Files.write(zip, Arrays.copyOf(whole, whole.length - 10));
        assertRefused("cannot be read: its end is missing; copy it again");
    }

    @Test
    void a_damaged_entry_is_refused() throws IOException {
        zip(out -> {
            out.setMethod(ZipArchiveOutputStream.STORED);
            ZipArchiveEntry stored = new ZipArchiveEntry("data");
            byte[] bytes = "0123456789".getBytes(StandardCharsets.UTF_8);
            stored.setSize(bytes.length);
            java.util.zip.CRC32 crc = new java.util.zip.CRC32();
            crc.update(bytes);
            stored.setCrc(crc.getValue());
            add(out, stored, bytes);
        });
        byte[] bytes = Files.readAllBytes(zip);
        bytes[indexOf(bytes, "0123".getBytes(StandardCharsets.UTF_8))] = 'X';
        Files.write(zip, bytes);
        assertRefused("'data'", "checksum");
    }

    @Test
    void unpacking_stops_with_its_run() throws IOException {
        zip(out -> add(out, "a", "x"));
        running.cancel(CancelReason.CANCELLED);
        assertThatThrownBy(this::extract).isInstanceOf(RunCancelledException.class);
    }

    @Test
    void the_limits_are_settings() {
        assertThat(Settings.defaults().get(ArchiveExtractor.MAX_MB)).isEqualTo(10240);
        assertThat(Settings.defaults().get(ArchiveExtractor.MAX_ENTRIES)).isEqualTo(200_000);
        assertThat(ArchiveExtractor.settings())
                .isEqualTo(List.of(ArchiveExtractor.MAX_MB, ArchiveExtractor.MAX_ENTRIES));
    }

    private static int indexOf(byte[] bytes, byte[] sought) {
        for (int i = 0; i + sought.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + sought.length, sought, 0, sought.length)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }
}
