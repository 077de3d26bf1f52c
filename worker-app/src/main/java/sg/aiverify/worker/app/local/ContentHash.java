package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import sg.aiverify.worker.config.FileNames;

/** Computes the hash of the content of a file or a folder. */
final class ContentHash {
    private static final Set<String> LEFT_OUT = Set.of(".git", ".venv", "__pycache__", ".pytest_cache");

    private ContentHash() {}

    /** Hashes the bytes of a file, or the names and bytes of all files in a folder, except files that tools create. */
    static String of(Path path) throws IOException {
        MessageDigest digest = DigestUtils.getSha256Digest();
        try (OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            if (!Files.isDirectory(path)) {
                copy(path, sink);
            } else {
                for (var entry : files(path).entrySet()) {
                    String head = entry.getKey() + "\0" + Files.size(entry.getValue()) + "\0";
                    sink.write(head.getBytes(StandardCharsets.UTF_8));
                    copy(entry.getValue(), sink);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static TreeMap<String, Path> files(Path folder) throws IOException {
        TreeMap<String, Path> files = new TreeMap<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean leftOut = LEFT_OUT.contains(String.valueOf(directory.getFileName()));
                return leftOut && !directory.equals(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    files.put(FileNames.key(folder.relativize(file)), file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static void copy(Path file, OutputStream sink) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            bytes.transferTo(sink);
        }
    }
}
