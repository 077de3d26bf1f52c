package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.run.RunLimits;

/**
 * The kernel's control groups, version 1 or 2. Each run has its own group below the group of this worker. Thread-safe.
 */
final class ControlGroups {
    /** A resource that can be limited. */
    enum Controller {
        /** Memory. */
        MEMORY,
        /** Processors. */
        CPU,
        /** Processes and threads. */
        PIDS;

        String kernelName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Logger log = LogManager.getLogger(ControlGroups.class);
    private static final String OWN = "aiverify-worker-";

    private final boolean unified;
    private final Map<Controller, Path> parents;
    private final Map<Controller, String> reasons;

    private ControlGroups(boolean unified, Map<Controller, Path> parents, Map<Controller, String> reasons) {
        this.unified = unified;
        this.parents = parents;
        this.reasons = reasons;
    }

    /**
     * Finds out which limits can be set on this machine, and removes the groups of dead workers.
     *
     * @param hierarchy the control groups of this process
     * @param limits the limits of runs
     * @return an instance that sets these limits
     */
    static ControlGroups open(GroupHierarchy hierarchy, RunLimits limits) {
        Map<Controller, Path> parents = new EnumMap<>(Controller.class);
        Map<Controller, String> reasons = new EnumMap<>(Controller.class);
        boolean unified = hierarchy.isUnified();
        if (unified) {
            hierarchy.delegate(asked(limits));
        }
        String self = OWN + ProcessHandle.current().pid() + "-"
                + ProcessHandle.current()
                        .info()
                        .startInstant()
                        .map(java.time.Instant::toEpochMilli)
                        .orElse(0L);
        for (Controller controller : asked(limits)) {
            Optional<Path> place = hierarchy.place(controller);
            if (place.isEmpty()) {
                reasons.put(controller, "the worker is not in a control group for this limit");
                continue;
            }
            sweep(place.get());
            Path parent = place.get().resolve(self);
            ControlGroups single = new ControlGroups(unified, Map.of(controller, parent), Map.of());
            try {
                single.create(limits).close();
                parents.put(controller, parent);
            } catch (IOException e) {
                log.debug("Could not create a control group for {}", controller, e);
                reasons.put(
                        controller, "no control group can be created in " + place.get() + ": " + Reason.withoutFile(e));
                remove(parent);
            }
        }
        return new ControlGroups(unified, parents, reasons);
    }

    /** Returns an instance without control groups. */
    static ControlGroups none() {
        return new ControlGroups(false, Map.of(), Map.of());
    }

    private static List<Controller> asked(RunLimits limits) {
        List<Controller> asked = new ArrayList<>(List.of(Controller.PIDS));
        limits.memoryMegabytes().ifPresent(any -> asked.add(Controller.MEMORY));
        limits.cpus().ifPresent(any -> asked.add(Controller.CPU));
        return asked;
    }

    boolean has(Controller controller) {
        return parents.containsKey(controller);
    }

    String reason(Controller controller) {
        return reasons.getOrDefault(controller, "");
    }

    /** Creates the groups of one run. */
    ControlGroup create(RunLimits limits) throws IOException {
        String name = "run-" + UUID.randomUUID();
        Map<Controller, Path> made = new EnumMap<>(Controller.class);
        ControlGroup group = new ControlGroup(made);
        try {
            for (Map.Entry<Controller, Path> parent : parents.entrySet()) {
                if (!Files.isDirectory(parent.getValue())) {
                    Files.createDirectories(parent.getValue());
                }
                if (unified) {
                    Files.writeString(
                            parent.getValue().resolve("cgroup.subtree_control"),
                            "+" + parent.getKey().kernelName());
                }
                Path own = parent.getValue().resolve(name);
                if (!Files.isDirectory(own)) { // in version 2, all controllers have the same group
                    Files.createDirectory(own);
                }
                made.put(parent.getKey(), own);
                limit(parent.getKey(), own, limits);
            }
            return group;
        } catch (IOException e) {
            group.close();
            throw e;
        }
    }

    private void limit(Controller controller, Path group, RunLimits limits) throws IOException {
        switch (controller) {
            case PIDS -> Files.writeString(group.resolve("pids.max"), Integer.toString(limits.pids()));
            case MEMORY -> {
                String bytes = Long.toString(limits.memoryMegabytes().orElseThrow() * 1024L * 1024L);
                Files.writeString(group.resolve(unified ? "memory.max" : "memory.limit_in_bytes"), bytes);
                Path swap = group.resolve(unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
                if (Files.exists(swap)) {
                    Files.writeString(swap, unified ? "0" : bytes);
                }
            }
            case CPU -> {
                long quota = Math.max(1000, Math.round(limits.cpus().orElseThrow() * 100_000));
                if (unified) {
                    Files.writeString(group.resolve("cpu.max"), quota + " 100000");
                } else {
                    Files.writeString(group.resolve("cpu.cfs_period_us"), "100000");
                    Files.writeString(group.resolve("cpu.cfs_quota_us"), Long.toString(quota));
                }
            }
        }
    }

    /** Removes the groups of dead workers, except groups that contain a process. */
    private static void sweep(Path place) {
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(place, OWN + "*")) {
            for (Path group : groups) {
                if (!isAlive(group.getFileName().toString())) {
                    log.info("Removing the control group {} of a dead worker", group);
                    remove(group);
                }
            }
        } catch (IOException e) {
            log.debug("Could not list the control groups in {}", place, e);
        }
    }

    private static boolean isAlive(String name) {
        String[] parts = name.substring(OWN.length()).split("-");
        try {
            return ProcessHandle.of(Long.parseLong(parts[0]))
                    .flatMap(process -> process.info().startInstant())
                    .filter(start -> parts.length > 1 && start.toEpochMilli() == Long.parseLong(parts[1]))
                    .isPresent();
        } catch (NumberFormatException e) {
            return true; // not a group of a worker
        }
    }

    static void remove(Path group) {
        try (DirectoryStream<Path> below = Files.newDirectoryStream(group, Files::isDirectory)) {
            below.forEach(ControlGroups::remove);
        } catch (IOException e) {
            log.debug("Could not list {}", group, e);
        }
        try {
            Files.deleteIfExists(group);
        } catch (IOException e) {
            log.debug("Could not remove {}", group, e);
        }
    }

    /** Removes this worker's groups, except groups that contain a process. */
    void close() {
        parents.values().forEach(ControlGroups::remove);
    }
}
