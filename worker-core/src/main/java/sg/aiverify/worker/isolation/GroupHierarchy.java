package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.isolation.ControlGroups.Controller;

/**
 * The control groups of a process, as {@code /proc/self/cgroup} and {@code mountinfo} list them. Immutable.
 */
final class GroupHierarchy {
    private static final Logger log = LogManager.getLogger(GroupHierarchy.class);

    /** The name of the group to which the worker moves itself in version 2. */
    private static final String LEAF = "aiverify-worker";

    private final List<String> memberships;
    private final List<Mount> mounts;

    private GroupHierarchy(List<String> memberships, List<Mount> mounts) {
        this.memberships = memberships;
        this.mounts = mounts;
    }

    /** A mounted hierarchy: the mounted part, the mount point, whether the version is 2, and the options. */
    private record Mount(String root, Path point, boolean unified, List<String> options) {}

    /** Reads the groups of this process. */
    static GroupHierarchy ofThisProcess() {
        return read(Path.of("/proc/self"));
    }

    /** Reads the groups of a process. The result is empty if the machine has no control groups. */
    static GroupHierarchy read(Path process) {
        try {
            return new GroupHierarchy(
                    Files.readAllLines(process.resolve("cgroup")),
                    Files.readAllLines(process.resolve("mountinfo")).stream()
                            .flatMap(GroupHierarchy::mount)
                            .toList());
        } catch (IOException e) {
            log.debug("Could not read the control groups", e);
            return new GroupHierarchy(List.of(), List.of());
        }
    }

    private static Stream<Mount> mount(String line) {
        String[] halves = line.split(" - ", 2);
        String[] front = halves[0].split(" ");
        String[] back = halves.length < 2 ? new String[0] : halves[1].split(" ");
        if (front.length < 5 || back.length < 3 || !back[0].matches("cgroup2?")) {
            return Stream.empty();
        }
        return Stream.of(
                new Mount(front[3], FileNames.of(front[4]), back[0].equals("cgroup2"), List.of(back[2].split(","))));
    }

    /** Checks whether there is one hierarchy for all limits, as in version 2. */
    boolean isUnified() {
        return Stream.of(Controller.values())
                        .noneMatch(controller -> separate(controller).isPresent())
                && unified().isPresent();
    }

    /** Returns the directory of the process's group for a controller. */
    Optional<Path> place(Controller controller) {
        return separate(controller)
                .or(() -> unified()
                        .filter(place ->
                                words(place.resolve("cgroup.controllers")).contains(controller.kernelName())));
    }

    private Optional<Path> separate(Controller controller) {
        return mounts.stream()
                .filter(mount -> !mount.unified() && mount.options().contains(controller.kernelName()))
                .flatMap(mount -> directory(mount, controller.kernelName()).stream())
                .findFirst();
    }

    private Optional<Path> unified() {
        return mounts.stream()
                .filter(Mount::unified)
                .flatMap(mount -> directory(mount, "").stream())
                .map(place -> place.endsWith(LEAF) ? place.getParent() : place)
                .findFirst();
    }

    private Optional<Path> directory(Mount mount, String controller) {
        return memberships.stream()
                .map(line -> line.split(":", 3))
                .filter(parts ->
                        parts.length == 3 && List.of(parts[1].split(",")).contains(controller))
                .map(parts -> parts[2])
                .map(path -> path.startsWith(mount.root())
                        ? path.substring(mount.root().length())
                        : path)
                .map(path -> mount.point().resolve(FileNames.of(path.replaceFirst("^/+", ""))))
                .filter(Files::isDirectory)
                .findFirst();
    }

    /**
     * Prepares the worker's group in version 2, where a group must not contain a process if its children have limits.
     * So this method moves the worker to a child of its group, if no other process is in the group. An error is only
     * logged, since it occurs again when a run's group is created.
     */
    void delegate(List<Controller> controllers) {
        Path own = unified().orElse(null);
        if (own == null) {
            return;
        }
        List<String> wanted = controllers.stream()
                .map(Controller::kernelName)
                .filter(name -> !words(own.resolve("cgroup.subtree_control")).contains(name))
                .toList();
        try {
            List<String> inside = Files.readAllLines(own.resolve("cgroup.procs"));
            String self = Long.toString(ProcessHandle.current().pid());
            if (wanted.isEmpty() || !List.of(self).equals(inside)) {
                return;
            }
            Path leaf = own.resolve(LEAF);
            if (!Files.isDirectory(leaf)) {
                Files.createDirectory(leaf);
            }
            Files.writeString(leaf.resolve("cgroup.procs"), self);
            for (String name : wanted) {
                Files.writeString(own.resolve("cgroup.subtree_control"), "+" + name);
            }
        } catch (IOException e) {
            log.debug("Could not enable limits for the groups below {}", own, e);
        }
    }

    private static List<String> words(Path file) {
        try {
            return List.of(Files.readString(file).strip().split("\\s+"));
        } catch (IOException e) {
            return List.of();
        }
    }
}
