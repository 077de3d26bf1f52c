package sg.aiverify.worker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.ArchiveExtractor;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.run.CancellationSource;

@Timeout(600)
class ArchiveFuzzTest {
    private static final int MAX_ENTRIES = 8;
    private static final int MAX_BYTES = 1 << 20;

    @TempDir
    private Path directory;

    @Test
    void anArchiveIsUnpackedWithinItsLimitsAndItsDirectoryOrRefused() throws IOException {
        ArchiveExtractor extractor = new ArchiveExtractor(1, MAX_ENTRIES);
        Path zip = directory.resolve("fuzzed.zip");
        Path target = directory.resolve("out/target");
        byte[] plain = zip(Map.of("algo/algo.py", "print('hello')".repeat(20), "algo/", "", "a.json", "{}"), true);
        byte[] stored = zip(Map.of("s.txt", "stored", "ä😀", "name"), false);
        byte[] bomb = zip(Map.of("zeros", "\0".repeat(900_000), "more", "\0".repeat(100_000)), true);
        Fuzz.of(800, List.of(plain, stored, bomb)).check((bytes, random) -> {
            Files.write(zip, bytes);
            try {
                extractor.extract(zip, target, "algorithm 'a'", new CancellationSource());
            } catch (TaskFailedException e) {
                assertThat(e.getMessage()).contains("algorithm 'a'").hasSizeLessThan(8 * 1024);
                return false;
            } finally {
                assertThat(names(directory)).isSubsetOf("out", "fuzzed.zip");
                assertThat(names(directory.resolve("out"))).isSubsetOf("target");
                if (Files.exists(target)) {
                    assertHarmless(target);
                }
                DirectoryTree.delete(directory.resolve("out"));
            }
            return true;
        });
    }

    @Test
    void whatIsUnpackedPackedAndUnpackedAgainIsTheSame() throws IOException {
        ArchiveExtractor extractor = new ArchiveExtractor(1, MAX_ENTRIES);
        Path zip = directory.resolve("fuzzed.zip");
        byte[] seed = zip(Map.of("a/b/c.txt", "text", "d.bin", "\u0001\u0002", "e/", ""), false);
        Fuzz.of(500, List.of(seed)).check((bytes, random) -> {
            Path first = directory.resolve("out/first");
            Path second = directory.resolve("out/second");
            try {
                Files.write(zip, bytes);
                extractor.extract(zip, first, "it", new CancellationSource());
            } catch (TaskFailedException e) {
                DirectoryTree.delete(directory.resolve("out"));
                return false;
            }
            Map<String, String> content = contents(first);
            Files.write(zip, zip(content, true));
            extractor.extract(zip, second, "it", new CancellationSource());
            assertThat(contents(second)).isEqualTo(content);
            DirectoryTree.delete(directory.resolve("out"));
            return true;
        });
    }

    private static void assertHarmless(Path target) throws IOException {
        long size = 0;
        int entries = 0;
        try (Stream<Path> files = Files.walk(target)) {
            for (Path file : files.toList()) {
                assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                                || Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                        .isTrue();
                size += Files.isRegularFile(file) ? Files.size(file) : 0;
                entries += Files.isRegularFile(file) ? 1 : 0;
            }
        }
        assertThat(size).isLessThanOrEqualTo(MAX_BYTES);
        assertThat(entries).isLessThanOrEqualTo(MAX_ENTRIES);
    }

    private static List<String> names(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Gives files with their bytes, one character each, and directories with an empty text and a slash. */
    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(file -> !file.equals(root)).toList()) {
                String name = root.relativize(file).toString();
                if (Files.isDirectory(file)) {
                    contents.put(name + "/", "");
                } else {
                    contents.put(name, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return contents;
    }

    private static byte[] zip(Map<String, String> entries, boolean deflated) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : new TreeMap<>(entries).entrySet()) {
                byte[] content = file.getValue().getBytes(StandardCharsets.ISO_8859_1);
                ZipEntry entry = new ZipEntry(file.getKey());
                if (!deflated) {
                    CRC32 crc = new CRC32();
                    crc.update(content);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(content.length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(content);
            }
        }
        return bytes.toByteArray();
    }
}
