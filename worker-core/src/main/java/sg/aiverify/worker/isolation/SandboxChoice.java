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
 * The sandbox that was found to hold here. Immutable.
 *
 * @param sandbox which
 * @param refused those that were tried before, each with what is wrong with it
 * @param bubblewrap the program, if there is one
 * @param isRoot whether the worker is
 * @param sharedUserReason why runs are the worker's user for the kernel although that is root; null if they are not
 * @param probe looks once more; null where there is nothing to look at
 */
record SandboxChoice(
        Sandbox sandbox,
        List<String> refused,
        Optional<Path> bubblewrap,
        boolean isRoot,
        @Nullable String sharedUserReason,
        @Nullable SandboxProbe probe) {
    private static final Logger log = LogManager.getLogger(SandboxChoice.class);

    /** Reserved, and given to nobody, by Debian and systemd; within what containers map. */
    private static final int RUN_USER = 65533;

    private static final int SHOWN_FILES = 3;

    /** Tries sandboxes in turn until one holds; the choice for none always does. */
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
                        + Isolation.SANDBOX.allowed() + "; auto takes what works");
    }

    /** Gives what needs no trial. */
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

    /** Tells whether runs are a user that owns nothing, for the kernel; only root can see to that. */
    boolean hasOwnUser() {
        return isRoot && sandbox.hasNamespaces() && sharedUserReason == null;
    }

    /** Tells whether the kernel holds runs to limits that bind everybody but root. */
    boolean isBoundByRoots() {
        return !isRoot || hasOwnUser();
    }

    /** Says why runs reach what is root's, if they do although they are locked in. */
    Optional<String> findSharedUser() {
        boolean isShared = isRoot && sandbox != Sandbox.NONE && !hasOwnUser();
        return isShared
                ? Optional.of("a user of its own for runs, which are root for the kernel: "
                        + (sharedUserReason == null ? "it takes namespaces" : sharedUserReason))
                : Optional.empty();
    }

    /** Adds the rules that make it, for a run that must be able to read some paths. */
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
            log.warn(
                    "{} is not for everybody to read: for the run that needs it, algorithms are root for the kernel",
                    kept.get());
        }
    }

    /** Adds the rules for what runs no foreign code, and keeps what the worker's user owns. */
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

    /** Lists in words what runs can read and should not. */
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
