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

/** Lets through the entries of one zip that are plain files and directories below its root, each file once. */
final class EntryNames {
    /** That of the first PCs; APPNOTE.TXT, appendix D. */
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
     * What an entry is.
     *
     * @param path with {@code /}, relative; empty for the root itself
     * @param isDirectory whether it is one, or else a file
     */
    record Named(String path, boolean isDirectory) {}

    /** Prepares for the entries of one zip: what separates directories is known from all names together. */
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
     * @return what it is
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

    /** What unpackers on Windows take for a separator is one where no name has the standard's. */
    private String separated(String name) {
        if (name.indexOf('\\') < 0) {
            return name;
        }
        if (hasSlashes) {
            throw refused(
                    name,
                    "has a backslash in its name, and other names have a slash: whether it separates"
                            + " directories is not known; make the zip with / between directories");
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
     * Reads a name: what is marked as UTF-8 is, and so is what a field beside it says (APPNOTE.TXT 4.6.9); else what
     * could be UTF-8 is, since zip programs on Linux mark nothing; else it is the zip format's own code page.
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
