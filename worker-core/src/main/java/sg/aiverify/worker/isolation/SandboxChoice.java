package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The sandbox that works on this machine. Immutable.
 *
 * @param sandbox the sandbox
 * @param refused the sandboxes that were tried before and did not work, each with its problem
 * @param bubblewrap the path of bubblewrap, if it is installed
 * @param isRoot whether the worker runs as root
 * @param sharedUserReason the reason why runs use the worker's user although this user is root; null if they do not
 * @param probe checks which files runs can read; null if no sandbox was tried
 */
record SandboxChoice(
        Sandbox sandbox,
        List<String> refused,
        Optional<Path> bubblewrap,
        boolean isRoot,
        @Nullable String sharedUserReason,
        @Nullable SandboxProbe probe) {
    private static final Logger log = LogManager.getLogger(SandboxChoice.class);

    /** A user id that Debian and systemd reserve and do not assign. Containers also map this id. */
    private static final int RUN_USER = 65533;

    private static final int SHOWN_FILES = 3;

    /** Tries sandboxes in turn until one works; {@link Sandbox#NONE} always does. */
    static SandboxChoice among(Set<Sandbox> candidates, String asked, HostPython python, Path directory, String path)
            throws InterruptedException {
        Optional<Path> bubblewrap = program("bwrap", path);
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        SandboxProbe probe = new SandboxProbe(python, directory);
        List<String> refused = new ArrayList<>();
        for (Sandbox candidate : candidates) {
            SandboxChoice choice = new SandboxChoice(candidate, List.copyOf(refused), bubblewrap, isRoot, null, probe);
            Optional<String> problem = probe.problem(choice);
            if (problem.isPresent() && choice.hasOwnUser()) {
                choice = choice.sharingUser(problem.get());
                problem = probe.problem(choice);
            }
            if (problem.isEmpty()) {
                return choice;
            }
            refused.add(candidate + ": " + problem.get());
        }
        throw new ConfigurationException(
                Isolation.SANDBOX + "=" + asked + " does not work here (" + String.join("; ", refused) + "). Allowed: "
                        + Isolation.SANDBOX.allowed() + "; auto chooses one that works");
    }

    /** Returns the choice to use no sandbox, which needs no trial. */
    static SandboxChoice none() {
        return new SandboxChoice(Sandbox.NONE, List.of(), Optional.empty(), true, null, null);
    }

    private static Optional<Path> program(String name, String path) {
        return Stream.of(path.split(java.io.File.pathSeparator))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> FileNames.of(directory).resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private SandboxChoice sharingUser(String reason) {
        return new SandboxChoice(sandbox, refused, bubblewrap, isRoot, reason, probe);
    }

    /**
     * Checks whether runs have their own user, which owns no files of the machine. Only root can change to this user.
     */
    boolean hasOwnUser() {
        return isRoot && sandbox.hasNamespaces() && sharedUserReason == null;
    }

    /** Checks whether the kernel limits the number of a run's processes. For root, it does not. */
    boolean isBoundByUserLimits() {
        return !isRoot || hasOwnUser();
    }

    /** Explains why runs in a sandbox can access the files of root. Empty if they cannot. */
    Optional<String> findSharedUser() {
        boolean isShared = isRoot && sandbox != Sandbox.NONE && !hasOwnUser();
        return isShared
                ? Optional.of("a separate user for runs (the kernel treats them as root): "
                        + (sharedUserReason == null ? "this needs namespaces" : sharedUserReason))
                : Optional.empty();
    }

    /** Adds the rules of this sandbox for a run that reads the given paths. */
    void apply(Policy policy, List<Path> readable) {
        applySharingUser(policy);
        if (!hasOwnUser()) {
            return;
        }
        Optional<Path> kept =
                readable.stream().filter(SandboxChoice::isKeptFromOthers).findFirst();
        if (kept.isEmpty()) {
            policy.rule("user", RUN_USER);
        } else {
            log.warn("The run reads files as root, since it needs {}, which not every user may read", kept.get());
        }
    }

    /** Adds the rules for programs that do not run untrusted code. They keep the worker's user. */
    void applySharingUser(Policy policy) {
        bubblewrap.ifPresent(program -> policy.rule("bubblewrap", program));
    }

    private static boolean isKeptFromOthers(Path path) {
        try {
            return Files.exists(path) && !Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException e) {
            return true;
        }
    }

    /** Describes the files that runs can read but should not be able to read. */
    List<String> exposed(Map<String, Path> secretFiles) {
        List<String> exposed = new ArrayList<>();
        List<String> others = new ArrayList<>();
        List<Path> readable = sandbox == Sandbox.NONE || probe == null
                ? List.copyOf(secretFiles.values())
                : probe.exposed(this, secretFiles.values());
        secretFiles.forEach((name, file) -> {
            if (readable.contains(file)) {
                exposed.add(name + "=" + file);
            }
        });
        readable.stream()
                .filter(file -> !secretFiles.containsValue(file))
                .map(Path::toString)
                .forEach(others::add);
        if (!others.isEmpty()) {
            exposed.add(others.size() + " files that only root may read, for example "
                    + String.join(", ", others.subList(0, Math.min(SHOWN_FILES, others.size()))));
        }
        return exposed;
    }
}
