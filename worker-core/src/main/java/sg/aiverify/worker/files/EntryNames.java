package sg.aiverify.worker.files;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;

/** Checks the entries of one archive: only regular files and directories below its root are allowed, each file once. */
final class EntryNames {
    /** The zip format's own character set; APPNOTE.TXT, appendix D. */
    private static final Charset CODE_PAGE = Charset.forName("IBM437");

    private static final int MAX_SEGMENT_BYTES = 255;
    private static final int MAX_PATH_BYTES = 2048;

    private final boolean hasSlashes;
    private final String what;
    private final int maxEntries;
    private final Set<String> files = new HashSet<>();
    private final Set<String> directories = new HashSet<>();
    private long letters;

    /**
     * A checked entry.
     *
     * @param path the relative path, with {@code /}; empty for the root itself
     * @param isDirectory whether it is a directory; otherwise it is a file
     */
    record Named(String path, boolean isDirectory) {}

    /** Creates the check of one archive. Reads all its names to find the character that separates directories. */
    static EntryNames of(ZipFile archive, String what, int maxEntries) {
        boolean hasSlashes = Collections.list(archive.getEntries()).stream().anyMatch(EntryNames::hasSlash);
        return new EntryNames(what, maxEntries, hasSlashes);
    }

    EntryNames(String what, int maxEntries, boolean hasSlashes) {
        this.hasSlashes = hasSlashes;
        this.what = what;
        this.maxEntries = maxEntries;
    }

    /**
     * Checks an entry against the rules and the entries before it.
     *
     * @param entry the next entry
     * @return the checked entry
     */
    Named check(ZipArchiveEntry entry) {
        String name = separated(decoded(entry));
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
        return new Named(path, directory);
    }

    /**
     * Returns the name with {@code /} between directories. A backslash separates directories, as on Windows, only if no
     * name in the archive contains a slash.
     */
    private String separated(String name) {
        if (name.indexOf('\\') < 0) {
            return name;
        }
        if (hasSlashes) {
            throw refused(
                    name,
                    "has a backslash in its name, and other names have a slash: it is unclear which one"
                            + " separates directories; create the zip with / between directories");
        }
        return name.replace('\\', '/');
    }

    private static boolean hasSlash(ZipArchiveEntry entry) {
        for (byte each : entry.getRawName()) {
            if (each == '/') {
                return true;
            }
        }
        return false;
    }

    /**
     * Decodes a name. It is UTF-8 if it is marked as UTF-8, or if an extra field contains it (APPNOTE.TXT 4.6.9).
     * Otherwise it is UTF-8 if its bytes are valid UTF-8, since zip programs on Linux set no mark. All other names use
     * code page 437.
     */
    private String decoded(ZipArchiveEntry entry) {
        byte[] raw = entry.getRawName();
        boolean isMarked = entry.getGeneralPurposeBit().usesUTF8ForNames();
        if (!isMarked
                && entry.getExtraField(UnicodePathExtraField.UPATH_ID) instanceof UnicodePathExtraField beside
                && beside.getNameCRC32() == checksum(raw)) {
            return FileNames.utf8(beside.getUnicodeName()).orElseThrow(() -> notUtf8(entry));
        }
        return FileNames.utf8(raw).orElseGet(() -> {
            if (isMarked) {
                throw notUtf8(entry);
            }
            return new String(raw, CODE_PAGE);
        });
    }

    private static long checksum(byte[] name) {
        CRC32 checksum = new CRC32();
        checksum.update(name);
        return checksum.getValue();
    }

    private TaskFailedException notUtf8(ZipArchiveEntry entry) {
        return refused(entry.getName(), "has a name that is marked as UTF-8, but is not");
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
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw refused(name, "has a control character in its name");
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
            throw refused(name, "exists twice");
        }
        String parent = directory ? path : parent(path);
        letters += path.length();
        while (!parent.isEmpty() && directories.add(parent)) {
            if (files.contains(parent)) {
                throw refused(name, "is below an entry that is a file");
            }
            checkRoom(name, parent);
            parent = parent(parent);
        }
    }

    /** Checks the limits. One long name can create a thousand directories, whose paths are all kept in memory. */
    private void checkRoom(String name, String parent) {
        letters += parent.length();
        if (files.size() + directories.size() > maxEntries) {
            throw refused(
                    name,
                    "creates more than " + maxEntries + " files and directories, the limit of "
                            + ArchiveExtractor.MAX_ENTRIES);
        }
        if (letters > ZipDirectory.MAX_MB * 1024L * 1024L) {
            throw refused(
                    name,
                    "exceeds a limit: the paths of all files and directories take more than " + ZipDirectory.MAX_MB
                            + " MB in total");
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private TaskFailedException refused(String name, String reason) {
        return new TaskFailedException("The entry '" + name + "' in the zip of " + what + " " + reason);
    }
}
