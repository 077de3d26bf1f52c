package sg.aiverify.worker.cache;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an entry held when it was made: names, sizes, the times of the last change of each file's inode, which no
 * program can set, and hashes. So it shows cheaply that nobody has written to it; a file that was only linked or whose
 * mode was changed is known by its hash.
 */
final class ContentManifest {
    private static final int BUFFER_BYTES = 64 * 1024;

    private ContentManifest() {}

    /** What is noted of one file or directory; directories have neither time nor hash. */
    private record Item(String state, String hash) {}

    /**
     * Notes what a directory holds.
     *
     * @param manifest the file to write
     */
    static void write(Path content, Path manifest) throws IOException {
        store(items(content, null), manifest);
    }

    /**
     * Compares a directory with what it held.
     *
     * @param manifest what {@link #write} wrote
     * @return false also if there is no such file
     */
    static boolean matches(Path content, Path manifest) throws IOException {
        Map<String, Item> before = load(manifest);
        Map<String, Item> now = items(content, before);
        if (!before.keySet().equals(now.keySet())
                || !now.entrySet().stream()
                        .allMatch(entry -> entry.getValue()
                                .hash()
                                .equals(before.get(entry.getKey()).hash()))) {
            return false;
        }
        if (!now.equals(before)) {
            store(now, manifest);
        }
        return true;
    }

    /** Lists the items; a file that is in the same state as before is not hashed again. */
    private static Map<String, Item> items(Path content, @Nullable Map<String, Item> before) throws IOException {
        Map<String, Item> items = new TreeMap<>();
        Files.walkFileTree(content, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                items.put(name(directory), new Item("", "directory"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
                String state = attributes.size() + "-" + changed.to(java.util.concurrent.TimeUnit.NANOSECONDS);
                Item known = before == null ? null : before.get(name(file));
                boolean same = known != null && known.state().equals(state);
                items.put(name(file), new Item(state, same ? known.hash() : hash(file, attributes)));
                return FileVisitResult.CONTINUE;
            }

            private String name(Path path) {
                return HexFormat.of()
                        .formatHex(content.relativize(path).toString().getBytes(StandardCharsets.UTF_8));
            }
        });
        return items;
    }

    private static String hash(Path file, BasicFileAttributes attributes) throws IOException {
        if (!attributes.isRegularFile()) {
            return attributes.isSymbolicLink() ? "link" : "other";
        }
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void store(Map<String, Item> items, Path manifest) throws IOException {
        List<String> lines = items.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().state() + " "
                        + entry.getValue().hash())
                .toList();
        Path written = Files.createTempFile(manifest.getParent(), "files", null);
        Files.write(written, lines);
        Files.move(written, manifest, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Map<String, Item> load(Path manifest) throws IOException {
        Map<String, Item> items = new TreeMap<>();
        if (Files.isRegularFile(manifest, LinkOption.NOFOLLOW_LINKS)) {
            for (String line : Files.readAllLines(manifest)) {
                String[] parts = line.split(" ", -1);
                if (parts.length == 3) {
                    items.put(parts[0], new Item(parts[1], parts[2]));
                }
            }
        }
        return items;
    }
}
