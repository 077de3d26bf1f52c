package sg.aiverify.worker.cache.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.files.internal.ShortHash;

/**
 * Detects changes of cached directory trees by stamps. A stamp covers the names, sizes, inodes, permissions and times
 * of all files. The kernel sets the change time (ctime) when a program writes to a file, replaces the file or resets
 * its other times. A program can hide such a change only if it can set the clock. Thread-safe.
 */
final class EntryStamps {
    private static final Logger log = LogManager.getLogger(EntryStamps.class);

    /**
     * The stamps that this process has read. A program that changes an entry could also change its stamp file later.
     */
    private final Map<Path, Known> seen = new ConcurrentHashMap<>();

    /**
     * A stamp with the attributes of its stamp file. Other attributes show that the tree is a new one at the same path.
     */
    private record Known(Object file, String stamp) {}

    /** Writes a tree's stamp to a file. Must be called before other threads and programs can reach the tree. */
    void note(Path tree, Path file) throws IOException {
        Files.writeString(file, stamp(tree));
    }

    /** Returns whether a tree differs from its stamp, or has no stamp that can be read. */
    boolean isChanged(Path tree, Path file) {
        try {
            Map<String, Object> key =
                    Files.readAttributes(file, "unix:ino,ctime,size,isRegularFile", LinkOption.NOFOLLOW_LINKS);
            String now = stamp(tree);
            Known known = seen.get(tree);
            if (known != null && known.file().equals(key)) {
                return !known.stamp().equals(now);
            }
            if (!Boolean.TRUE.equals(key.get("isRegularFile"))
                    || !Long.valueOf(now.length()).equals(key.get("size"))
                    || !Files.readString(file).equals(now)) {
                return true;
            }
            seen.put(tree, new Known(key, now));
            return false;
        } catch (IOException | UncheckedIOException e) {
            log.warn("Could not check {} for changes", ShortHash.in(tree), e);
            return true;
        }
    }

    void forget(Path tree) {
        seen.remove(tree);
    }

    private static String stamp(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> paths = walk.sorted().toList();
            MessageDigest digest = DigestUtils.getSha256Digest();
            for (Path path : paths) {
                Map<String, Object> attributes = new TreeMap<>(Files.readAttributes(
                        path, "unix:ino,mode,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS));
                digest.update((FileNames.key(root.relativize(path)) + "\0" + attributes + "\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
