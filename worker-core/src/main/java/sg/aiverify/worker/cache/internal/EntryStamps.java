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
 * Remembers what cached trees look like from outside: names, sizes, inodes, permissions and times of all that is in
 * them. The kernel sets the time of change by itself, so whoever writes to a file, replaces it or turns back its other
 * times is found, as long as he cannot set the clock. Thread-safe.
 */
final class EntryStamps {
    private static final Logger log = LogManager.getLogger(EntryStamps.class);

    /** Beside the file, because whoever changes an entry could change that, too. */
    private final Map<Path, Known> seen = new ConcurrentHashMap<>();

    /** Another tree in the same place, with a file of its own, is not held to this one's stamp. */
    private record Known(Object file, String stamp) {}

    /** Notes a tree's stamp in a file, before anybody else can reach it. */
    void note(Path tree, Path file) throws IOException {
        Files.writeString(file, stamp(tree));
    }

    /** Tells whether a tree differs from what was noted, or was never noted. */
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
            log.warn("{} cannot be looked at", ShortHash.in(tree), e);
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
