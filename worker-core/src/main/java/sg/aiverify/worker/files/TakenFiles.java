package sg.aiverify.worker.files;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;

/**
 * Moves a run's files to a directory that only the worker can change, and checks them there. Paths are resolved step by
 * step through open directories. Therefore no process, not even one that remains from the run, can replace a file
 * between its check and its use. Nothing is copied. Not thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class TakenFiles {
    private static final Logger log = LogManager.getLogger(TakenFiles.class);

    /** The maximum number of directories, twice that of artifacts; files in further directories are ignored. */
    private static final int MAX_DIRECTORIES = 20_000;

    private static final Path TOP = Path.of("top");
    private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwx------");

    private final Path from;
    private final Path steps;
    private final SecureDirectoryStream<Path> own;
    /**
     * The number of each directory of the run, by the parent's number and the directory's name; empty for an entry that
     * is not a directory. If whole paths were the keys, a run could make them use much memory.
     */
    private final Map<Path, Optional<Path>> directories = new HashMap<>();

    private int count;

    private TakenFiles(Path from, Path steps, SecureDirectoryStream<Path> own) {
        this.from = from;
        this.steps = steps;
        this.own = own;
    }

    /**
     * Takes the regular files that have only one name and belong to the run's user, the owner of the run's directory.
     * All other files are ignored; they stay in the run's directory, or are moved to {@code steps} in the target.
     *
     * @param from the run's directory; the run can change it but not replace it
     * @param names paths below this directory, with {@code /}; can be untrusted
     * @param into the target on the same disk, which only the worker can change; the files keep their names
     * @throws IOException if the disk fails
     */
    public static void take(Path from, List<String> names, Path into) throws IOException {
        Path steps = Files.createDirectory(into.resolve("steps"));
        Path kept = Files.createDirectory(into.resolve("files"));
        try (SecureDirectoryStream<Path> own = RunFile.directory(steps)) {
            TakenFiles taken = new TakenFiles(from, steps, own);
            for (String name : names) {
                taken.take(name, kept);
            }
        }
    }

    /**
     * Returns the directory of the taken files.
     *
     * @param into the target of {@link #take}
     * @return a directory with the files under their names
     */
    public static Path in(Path into) {
        return into.resolve("files");
    }

    private void take(String name, Path kept) throws IOException {
        List<String> parts = List.of(name.split("/", -1));
        if (parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            return;
        }
        try {
            Optional<Path> parent = directory(parts.subList(0, parts.size() - 1));
            if (parent.isEmpty()) {
                return;
            }
            Path file = steps.resolve(step(parent.get(), Path.of(parts.get(parts.size() - 1))));
            if (isOwn(file)) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                Path target = kept.resolve(name);
                Files.createDirectories(target.getParent());
                Files.move(file, target);
            }
        } catch (InvalidPathException | FileSystemException e) {
            log.debug("{} is ignored", name, e);
        }
    }

    /**
     * Moves an entry of a directory to {@code steps}, where only the worker can replace it. Returns its new name, a
     * number.
     */
    private Path step(Path parent, Path name) throws IOException {
        Path number = Path.of(Integer.toString(++count));
        try (SecureDirectoryStream<Path> opened = parent.equals(TOP)
                ? RunFile.directory(from)
                : own.newDirectoryStream(parent, LinkOption.NOFOLLOW_LINKS)) {
            move(opened, name, number);
        }
        return number;
    }

    private void move(SecureDirectoryStream<Path> parent, Path name, Path number) throws IOException {
        try {
            parent.move(name, own, number);
        } catch (AccessDeniedException e) { // A directory without the permission to write cannot be moved.
            if (!RunFile.attributes(parent, name).isDirectory()) { // Opening a pipe would block forever.
                throw e;
            }
            try (SecureDirectoryStream<Path> opened = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                opened.getFileAttributeView(PosixFileAttributeView.class).setPermissions(OPEN);
            }
            parent.move(name, own, number);
        }
    }

    /** Resolves the path of a directory; returns empty at the first part that is not a directory. */
    private Optional<Path> directory(List<String> parts) throws IOException {
        Optional<Path> found = Optional.of(TOP);
        for (String part : parts) {
            Path parent = found.get();
            Path key = parent.resolve(part);
            found = directories.get(key);
            if (found == null) {
                found = directory(parent, key);
            }
            if (found.isEmpty()) {
                break;
            }
        }
        return found;
    }

    private Optional<Path> directory(Path parent, Path key) throws IOException {
        if (directories.size() == MAX_DIRECTORIES) {
            return Optional.empty();
        }
        directories.put(key, Optional.empty()); // This value remains if the directory cannot be moved.
        Path number = step(parent, key.getFileName());
        if (!RunFile.attributes(own, number).isDirectory()) {
            return Optional.empty();
        }
        Files.setPosixFilePermissions(steps.resolve(number), OPEN);
        directories.put(key, Optional.of(number));
        return Optional.of(number);
    }

    private boolean isOwn(Path file) throws IOException {
        Map<String, Object> found =
                Files.readAttributes(file, "unix:uid,nlink,isRegularFile", LinkOption.NOFOLLOW_LINKS);
        Object owner = Files.getAttribute(from, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        boolean isOwn = Boolean.TRUE.equals(found.get("isRegularFile"))
                && owner.equals(found.get("uid"))
                && Integer.valueOf(1).equals(found.get("nlink"));
        if (!isOwn) {
            log.debug("A file is ignored; it must be a regular file of the run's user with only one name: {}", found);
        }
        return isOwn;
    }
}
