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
 * Takes files away from a run: what it names is moved, step by step through open directories, to where only the worker
 * can change it, and looked at there. So nobody can replace anything between the look and the use, a process that the
 * run left behind neither. Nothing is copied. Not thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class TakenFiles {
    private static final Logger log = LogManager.getLogger(TakenFiles.class);

    /** Twice the most artifacts; what lies in others is left out. */
    private static final int MAX_DIRECTORIES = 20_000;

    private static final Path TOP = Path.of("top");
    private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwx------");

    private final Path from;
    private final Path steps;
    private final SecureDirectoryStream<Path> own;
    /**
     * The run's directories, as their numbers among the steps; empty for what is none. By the number of the directory
     * above and the name in it: a whole path for each would be memory that the run sizes.
     */
    private final Map<Path, Optional<Path>> directories = new HashMap<>();

    private int count;

    private TakenFiles(Path from, Path steps, SecureDirectoryStream<Path> own) {
        this.from = from;
        this.steps = steps;
        this.own = own;
    }

    /**
     * Takes files that are plain, of the run's user (who owns its directory) and without another name. Everything else that was named is left
     * out: it is gone, or somewhere in the target's {@code steps}.
     *
     * @param from the run's directory, which the run can change but not replace
     * @param names paths below it, with {@code /}; unchecked
     * @param into a directory on the same disk that only the worker can change; gets the files under their names
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
     * Returns where the files are.
     *
     * @param into the directory that they were taken into
     * @return a directory with what was taken, under the names that it had
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
            log.debug("{} is left out", name, e);
        }
    }

    /** Moves what has a name in a directory to where nobody else can replace it. Returns its number there. */
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
        } catch (AccessDeniedException e) { // who cannot write to a directory may not move it
            if (!RunFile.attributes(parent, name).isDirectory()) { // to open a pipe would wait for ever
                throw e;
            }
            try (SecureDirectoryStream<Path> opened = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                opened.getFileAttributeView(PosixFileAttributeView.class).setPermissions(OPEN);
            }
            parent.move(name, own, number);
        }
    }

    /** Goes down to a directory, no further than to the first part that is none. */
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
        directories.put(key, Optional.empty()); // and stays so if it cannot be moved
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
            log.debug("What a run handed over is left out, being no plain file of its own: {}", found);
        }
        return isOwn;
    }
}
