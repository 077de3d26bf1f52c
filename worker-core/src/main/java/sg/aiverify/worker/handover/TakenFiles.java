package sg.aiverify.worker.handover;

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

/**
 * Takes files away from a run: what it names is moved, step by step through open directories, to where only the worker
 * can change it, and looked at there. So nobody can replace anything between the look and the use, a process that the
 * run left behind neither. Nothing is copied. Not thread-safe.
 */
public final class TakenFiles {
    private static final Logger log = LogManager.getLogger(TakenFiles.class);

    private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwx------");

    private final Path from;
    private final Path steps;
    private final SecureDirectoryStream<Path> own;
    /** The run's directories by their names, as their numbers among the steps; empty for what is none. */
    private final Map<String, Optional<Path>> directories = new HashMap<>();

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
        if (List.of(name.split("/", -1)).stream()
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            return;
        }
        try {
            Optional<Path> step = step(name);
            if (step.isPresent() && isOwn(steps.resolve(step.get()))) {
                Path file = steps.resolve(step.get());
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                Path target = kept.resolve(name);
                Files.createDirectories(target.getParent());
                Files.move(file, target);
            }
        } catch (InvalidPathException | FileSystemException e) {
            log.debug("{} is left out", name, e);
        }
    }

    /** Moves what has a name to where nobody else can replace it. */
    private Optional<Path> step(String name) throws IOException {
        int slash = name.lastIndexOf('/');
        Path last = Path.of(name.substring(slash + 1));
        Path number = Path.of(Integer.toString(++count));
        if (slash < 0) {
            try (SecureDirectoryStream<Path> top = RunFile.directory(from)) {
                move(top, last, number);
            }
            return Optional.of(number);
        }
        Optional<Path> parent = directory(name.substring(0, slash));
        if (parent.isEmpty()) {
            return Optional.empty();
        }
        try (SecureDirectoryStream<Path> opened = own.newDirectoryStream(parent.get(), LinkOption.NOFOLLOW_LINKS)) {
            move(opened, last, number);
        }
        return Optional.of(number);
    }

    private void move(SecureDirectoryStream<Path> parent, Path name, Path number) throws IOException {
        try {
            parent.move(name, own, number);
        } catch (AccessDeniedException e) { // who cannot write to a directory may not move it
            try (SecureDirectoryStream<Path> opened = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                opened.getFileAttributeView(PosixFileAttributeView.class).setPermissions(OPEN);
            }
            parent.move(name, own, number);
        }
    }

    private Optional<Path> directory(String name) throws IOException {
        Optional<Path> known = directories.get(name);
        if (known == null) {
            directories.put(name, Optional.empty()); // and stays so if it cannot be moved
            known = step(name);
            if (known.isPresent() && !RunFile.attributes(own, known.get()).isDirectory()) {
                known = Optional.empty();
            }
            if (known.isPresent()) {
                Files.setPosixFilePermissions(steps.resolve(known.get()), OPEN);
            }
            directories.put(name, known);
        }
        return known;
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
