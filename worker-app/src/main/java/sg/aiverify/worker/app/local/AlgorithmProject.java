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
 * Finds what a worker runs, the folder with {@code pyproject.toml} and the package, in what an author has: that folder,
 * its package, or a folder around it as plug-ins and zips of folders have it.
 */
final class AlgorithmProject {
    /** A zip of a plug-in, which has {@code algorithms/name} with the package in it. */
    static final int MAX_ABOVE = 3;

    /** More than any project has: a home directory, say. */
    private static final int MAX_FOLDERS = 5000;

    private static final String SCRIPT = "algo.py";
    private static final String PROJECT = "pyproject.toml";
    private static final Set<String> LEFT_OUT =
            Set.of("__pycache__", "__MACOSX", "node_modules", "output", "build", "dist", "site-packages");

    /** What is understood. */
    static final String EXPECTED =
            "Expected is a project folder, with " + PROJECT + " and a package that holds " + SCRIPT
                    + ", algo.meta.json, input.schema.json and output.schema.json; that package; a folder around the project;"
                    + " or a zip of the project folder, of a folder around it, or of what is in the project folder";

    private static final String NO_PROJECT = " has no " + PROJECT + " in the folder above its package";

    private AlgorithmProject() {}

    /**
     * Finds the project.
     *
     * @param folder where to look
     * @param shown names it in messages
     * @return the folder above the package
     * @throws TaskFailedException if there is none, more than one, or one that workers do not understand
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
            throw new TaskFailedException(shown + " is no algorithm: neither it nor a folder up to " + MAX_ABOVE
                    + " levels below it has a package with " + SCRIPT + " in it. " + EXPECTED);
        }
        if (found.size() > 1) {
            throw new TaskFailedException(shown + " holds several algorithms, give the folder of one: "
                    + found.stream()
                            .map(project -> FileNames.shown(folder.relativize(project)))
                            .collect(Collectors.joining(", ")));
        }
        return checked(folder, found.get(0), shown);
    }

    /** Gives the folder above a package; nothing if the path is none. */
    static Optional<Path> around(Path path) throws IOException {
        return has(path, SCRIPT) ? Optional.ofNullable(path.toRealPath().getParent()) : Optional.empty();
    }

    /** A package alone does not tell what it requires. */
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
                    + " in its project, and workers" + " take the first, " + FileNames.shown(first.getFileName()));
        }
        return project;
    }

    private static Path checked(Path folder, Path project, String shown) {
        for (Path above = project; !has(project, PROJECT) && !above.equals(folder); ) {
            above = Objects.requireNonNull(above.getParent(), "below the folder");
            if (has(above, PROJECT)) {
                throw new TaskFailedException(shown + " has its package in "
                        + FileNames.shown(folder.relativize(project)) + " and " + PROJECT
                        + " further up; workers look for the package right beside " + PROJECT + ", so move it there");
            }
        }
        if (!has(project, PROJECT)) {
            throw new TaskFailedException(shown + NO_PROJECT + ". " + EXPECTED);
        }
        return project;
    }

    /**
     * Looks whether a zip has a project around its package, so that a wrong one is refused before anything starts.
     *
     * @param files the paths of all files in the zip
     * @param shown names the zip in messages
     * @throws TaskFailedException if it has a package, and none of a project
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

    // One that is too far up is refused once the zip is unpacked.
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

    /** In the order in which workers take the first that fits. */
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
