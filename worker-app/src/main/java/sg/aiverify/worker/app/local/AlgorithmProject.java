package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;

/**
 * Finds the project folder of an algorithm, which contains {@code pyproject.toml} and the package. The user may pass
 * this folder, its package, or a parent folder, as it occurs in plug-ins and in zips of folders.
 */
final class AlgorithmProject {
    /**
     * The maximum depth of the project below the given folder, as in a zip of a plug-in with {@code algorithms/name}.
     */
    static final int MAX_ABOVE = 3;

    /** The maximum number of folders to search: more than any project has. A home directory may have more. */
    private static final int MAX_FOLDERS = 5000;

    private static final String SCRIPT = "algo.py";
    private static final String PROJECT = "pyproject.toml";
    private static final Set<String> LEFT_OUT =
            Set.of("__pycache__", "__MACOSX", "node_modules", "output", "build", "dist", "site-packages");

    /** The part of messages that lists the accepted forms of an algorithm. */
    static final String EXPECTED =
            "Expected: a project folder, with " + PROJECT + " and a package that contains " + SCRIPT
                    + ", algo.meta.json, input.schema.json and output.schema.json; or this package; or a parent folder"
                    + " of the project; or a zip of the project folder, of a parent folder, or of the project's"
                    + " content";

    private static final String NO_PROJECT = " has no " + PROJECT + " in the folder above its package";

    private AlgorithmProject() {}

    /**
     * Finds the project.
     *
     * @param folder the folder to search
     * @param shown the name of the folder in messages
     * @return the project folder, which contains the package
     * @throws TaskFailedException if there is no project, more than one project, or a project that workers cannot run
     */
    static Path find(Path folder, String shown) throws IOException {
        if (has(folder, SCRIPT)) {
            return above(folder, shown);
        }
        List<Path> level = List.of(folder);
        List<Path> found = new ArrayList<>();
        for (int depth = 0; depth <= MAX_ABOVE && !level.isEmpty(); depth++) {
            List<Path> below = new ArrayList<>();
            for (Path candidate : level) {
                List<Path> children = children(candidate);
                if (children.stream().anyMatch(child -> has(child, SCRIPT))) {
                    found.add(candidate);
                } else {
                    below.addAll(children);
                }
            }
            level = below.size() > MAX_FOLDERS ? List.of() : below;
        }
        if (found.isEmpty()) {
            throw new TaskFailedException(shown + " is not an algorithm: neither this folder nor a folder up to "
                    + MAX_ABOVE + " levels below it contains a package with " + SCRIPT + ". " + EXPECTED);
        }
        if (found.size() > 1) {
            throw new TaskFailedException(shown + " contains several algorithms, choose the folder of one: "
                    + found.stream()
                            .map(project -> FileNames.shown(folder.relativize(project)))
                            .collect(Collectors.joining(", ")));
        }
        return checked(folder, found.get(0), shown);
    }

    /** Returns the project folder of a package; empty if the given path is not a package. */
    static Optional<Path> around(Path path) throws IOException {
        return has(path, SCRIPT) ? Optional.ofNullable(path.toRealPath().getParent()) : Optional.empty();
    }

    /** Returns the project folder of a package. It contains pyproject.toml, which lists the requirements. */
    private static Path above(Path folder, String shown) throws IOException {
        Path project = around(folder).orElse(folder);
        if (!has(project, PROJECT)) {
            throw new TaskFailedException(shown + " has no " + PROJECT + " in the folder above. " + EXPECTED);
        }
        Path first = children(project).stream()
                .filter(child -> has(child, SCRIPT))
                .findFirst()
                .orElse(folder);
        if (!Files.isSameFile(first, folder)) {
            throw new TaskFailedException(shown + " is not the only package with " + SCRIPT
                    + " in its project; workers run the first one, " + FileNames.shown(first.getFileName()));
        }
        return project;
    }

    private static Path checked(Path folder, Path project, String shown) {
        for (Path above = project; !has(project, PROJECT) && !above.equals(folder); ) {
            above = Objects.requireNonNull(above.getParent(), "below the folder");
            if (has(above, PROJECT)) {
                throw new TaskFailedException(shown + " has its package in "
                        + FileNames.shown(folder.relativize(project)) + " and " + PROJECT
                        + " in a parent folder; move the package next to " + PROJECT + ", where workers expect it");
            }
        }
        if (!has(project, PROJECT)) {
            throw new TaskFailedException(shown + NO_PROJECT + ". " + EXPECTED);
        }
        return project;
    }

    /**
     * Checks that a zip contains a project, not only its package. A wrong zip is thus refused before the run starts.
     *
     * @param files the paths of all files in the zip
     * @param shown the name of the zip in messages
     * @throws TaskFailedException if it contains a package without a project
     */
    static void checkZipped(List<String> files, String shown) {
        List<String> scripts = files.stream()
                .filter(file -> file.equals(SCRIPT) || file.endsWith("/" + SCRIPT))
                .toList();
        Set<String> all = Set.copyOf(files);
        if (!scripts.isEmpty() && scripts.stream().noneMatch(script -> isBelowProject(script, all))) {
            throw new TaskFailedException(
                    shown + NO_PROJECT + ": zip the project folder, not the package. " + EXPECTED);
        }
    }

    // Accepts a project file in any folder above the package. If it is too far above, the zip is refused when it is
    // unpacked.
    private static boolean isBelowProject(String script, Set<String> files) {
        int slash = script.lastIndexOf('/');
        while (slash >= 0) {
            slash = script.lastIndexOf('/', slash - 1);
            if (files.contains(script.substring(0, slash + 1) + PROJECT)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(Path folder, String file) {
        return Files.isRegularFile(folder.resolve(file));
    }

    /** Returns the subfolders in the order in which workers search them. */
    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                            && !isLeftOut(FileNames.key(entry.getFileName())))
                    .sorted(Comparator.comparing(entry -> FileNames.key(entry.getFileName())))
                    .toList();
        }
    }

    private static boolean isLeftOut(String name) {
        return name.startsWith(".") || LEFT_OUT.contains(name);
    }
}
