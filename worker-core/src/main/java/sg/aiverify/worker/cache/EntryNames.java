package sg.aiverify.worker.cache;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import sg.aiverify.worker.failure.TaskFailedException;

/** Lets through the entries of one zip that are plain files and directories below its root, each file once. */
final class EntryNames {
    private static final int MAX_SEGMENT_BYTES = 255;
    private static final int MAX_PATH_BYTES = 2048;

    private final String what;
    private final int maxEntries;
    private final Set<String> files = new HashSet<>();
    private final Set<String> directories = new HashSet<>();
    private long letters;

    EntryNames(String what, int maxEntries) {
        this.what = what;
        this.maxEntries = maxEntries;
    }

    /**
     * Checks an entry against the rules and the entries before it.
     *
     * @param entry the next entry
     * @return its path with {@code /}, relative; empty for the root itself
     */
    String check(ZipArchiveEntry entry) {
        String name = decoded(entry);
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw refused(name, "is encrypted");
        }
        checkType(entry, name);
        String path = String.join("/", segments(name));
        boolean directory = name.endsWith("/");
        if (path.isEmpty() && !directory) {
            throw refused(name, "has no name");
        }
        remember(name, path, directory);
        return path;
    }

    private String decoded(ZipArchiveEntry entry) {
        byte[] raw = entry.getRawName();
        String name;
        try {
            name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new TaskFailedException(
                    "The entry '" + entry.getName() + "' in the zip of " + what + " has a name that is not UTF-8", e);
        }
        boolean ascii = name.length() == raw.length;
        if (!ascii && !entry.getGeneralPurposeBit().usesUTF8ForNames()) {
            throw refused(name, "has a name that is not marked as UTF-8");
        }
        return name;
    }

    private void checkType(ZipArchiveEntry entry, String name) {
        int type = entry.getUnixMode() & UnixStat.FILE_TYPE_FLAG;
        if (type == UnixStat.LINK_FLAG) {
            throw refused(name, "is a link; only files and directories are allowed");
        }
        if (type != 0 && type != UnixStat.FILE_FLAG && type != UnixStat.DIR_FLAG) {
            throw refused(name, "is neither a file nor a directory");
        }
    }

    private List<String> segments(String name) {
        if (name.startsWith("/") || name.matches("[A-Za-z]:.*")) {
            throw refused(name, "has an absolute name");
        }
        if (name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
            throw refused(name, "has a backslash or a control character in its name");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw refused(name, "has a name longer than " + MAX_PATH_BYTES + " bytes");
        }
        List<String> segments = new ArrayList<>();
        for (String segment : name.split("/", -1)) {
            if (segment.equals("..")) {
                throw refused(name, "leads out of the zip");
            }
            if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_SEGMENT_BYTES) {
                throw refused(name, "has a part longer than " + MAX_SEGMENT_BYTES + " bytes in its name");
            }
            if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        return segments;
    }

    private void remember(String name, String path, boolean directory) {
        boolean clash = directory ? files.contains(path) : directories.contains(path) || !files.add(path);
        if (clash) {
            throw refused(name, "is there twice");
        }
        String parent = directory ? path : parent(path);
        letters += path.length();
        while (!parent.isEmpty() && directories.add(parent)) {
            if (files.contains(parent)) {
                throw refused(name, "lies below an entry that is a file");
            }
            checkRoom(name, parent);
            parent = parent(parent);
        }
    }

    /** One name may make a thousand directories, each with a name nearly as long, all of which are kept in memory. */
    private void checkRoom(String name, String parent) {
        letters += parent.length();
        if (files.size() + directories.size() > maxEntries) {
            throw refused(
                    name,
                    "makes more than " + maxEntries + " files and directories, the limit of "
                            + ArchiveExtractor.MAX_ENTRIES);
        }
        if (letters > ZipDirectory.MAX_MB * 1024L * 1024L) {
            throw refused(
                    name,
                    "is below too many directories: their names have more than " + ZipDirectory.MAX_MB + " MB in all");
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private TaskFailedException refused(String name, String reason) {
        return new TaskFailedException("The entry '" + name + "' in the zip of " + what + " " + reason);
    }
}
