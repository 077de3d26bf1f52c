package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.isolation.ControlGroups.Controller;
import sg.aiverify.worker.pipeline.IsolationNote;
import sg.aiverify.worker.run.RunLimits;

/** How algorithms that run as processes on this machine are locked in, as far as this machine allows. Thread-safe. */
public final class Isolation implements AutoCloseable {
    /** Which sandbox. */
    public static final Setting<String> SANDBOX = Setting.oneOf(
            "TEWORKER_SANDBOX",
            "auto",
            "what locks in an algorithm in a virtual environment",
            "auto",
            "landlock",
            "bubblewrap",
            "none");
    /** The most that the files of one run may take. */
    public static final Setting<Integer> DISK_MB = Setting.integer(
            "TEWORKER_TASK_DISK_MB",
            "10240",
            16,
            16_777_216,
            "limit of the files of a run in a virtual environment, in MiB");

    private static final Logger log = LogManager.getLogger(Isolation.class);
    private static final long MEGABYTE = 1024L * 1024L;

    private final Sandbox sandbox;
    private final RunLimits limits;
    private final int diskMegabytes;
    private final ControlGroups groups;
    private final Optional<Path> bubblewrap;
    private final List<String> refused;
    private final boolean isRoot;

    private Isolation(
            Sandbox sandbox,
            Settings settings,
            ControlGroups groups,
            Optional<Path> bubblewrap,
            List<String> refused,
            boolean isRoot) {
        this.sandbox = sandbox;
        this.limits = RunLimits.from(settings);
        this.diskMegabytes = settings.get(DISK_MB);
        this.groups = groups;
        this.bubblewrap = bubblewrap;
        this.refused = List.copyOf(refused);
        this.isRoot = isRoot;
    }

    /**
     * Lists what {@link #choose} reads.
     *
     * @return the settings
     */
    public static List<Setting<?>> settings() {
        return Stream.concat(Stream.of(SANDBOX, DISK_MB), RunLimits.settings().stream())
                .toList();
    }

    /**
     * Picks the sandbox that is asked for, or the best that holds here; tries them for real, which takes a fraction of
     * a second.
     *
     * @param settings say what is asked for
     * @param python runs in the trials
     * @param directory where to try, on the disk of the runs
     * @param path the directories of programs, as in {@code PATH}
     * @return the isolation
     * @throws ConfigurationException if what is asked for does not hold here
     * @throws InterruptedException if the thread is interrupted
     */
    public static Isolation choose(Settings settings, HostPython python, Path directory, String path)
            throws InterruptedException {
        return choose(candidates(settings.get(SANDBOX)), settings, python, directory, path);
    }

    static Isolation choose(Set<Sandbox> candidates, Settings settings, HostPython python, Path directory, String path)
            throws InterruptedException {
        String asked = settings.get(SANDBOX);
        Optional<Path> bubblewrap = program("bwrap", path);
        SandboxProbe probe = new SandboxProbe(python, directory, bubblewrap);
        List<String> refused = new ArrayList<>();
        for (Sandbox candidate : candidates) {
            Optional<String> problem = probe.problem(candidate);
            if (problem.isEmpty()) {
                ControlGroups groups = ControlGroups.open(GroupHierarchy.ofThisProcess(), RunLimits.from(settings));
                boolean isRoot = "root".equals(System.getProperty("user.name"));
                if (asked.equals("auto") && candidate == Sandbox.NONE) {
                    log.warn("Algorithms run without a sandbox, none holds here: {}", String.join("; ", refused));
                }
                return new Isolation(candidate, settings, groups, bubblewrap, refused, isRoot);
            }
            refused.add(candidate + ": " + problem.get());
        }
        throw new ConfigurationException(SANDBOX + "=" + asked + " does not work here (" + String.join("; ", refused)
                + "). Allowed: " + SANDBOX.allowed() + "; auto takes what works");
    }

    /**
     * Does without a sandbox and without control groups, for whoever trusts what runs.
     *
     * @param settings give the limits, of which those bind that need no control group
     * @return the isolation
     */
    public static Isolation none(Settings settings) {
        return new Isolation(Sandbox.NONE, settings, ControlGroups.none(), Optional.empty(), List.of(), true);
    }

    private static Set<Sandbox> candidates(String asked) {
        Set<Sandbox> candidates = EnumSet.allOf(Sandbox.class);
        if (!asked.equals("auto")) {
            candidates.removeIf(sandbox -> !sandbox.word().equals(asked));
        }
        return candidates;
    }

    private static Optional<Path> program(String name, String path) {
        return Stream.of(path.split(java.io.File.pathSeparator))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Tells which sandbox holds.
     *
     * @return the one that was picked
     */
    public Sandbox sandbox() {
        return sandbox;
    }

    /**
     * Tells whether a run could change files that other runs read: their content, or their times and permissions.
     *
     * @return false if the kernel keeps it from both
     */
    public boolean leavesFilesOpen() {
        return !sandbox.hasNamespaces();
    }

    /**
     * Tells whether a run sees its own temporary directory as {@code /tmp}.
     *
     * @return false if {@code /tmp} is that of the machine, or out of reach
     */
    public boolean hasOwnTmp() {
        return sandbox.hasNamespaces();
    }

    /**
     * Prepares a run.
     *
     * @param directory the run's directory, of which the run sees only {@code work}
     * @param work a directory in it; all that the run may write
     * @param readable what it may read beside the system's libraries
     * @return the run's sandbox and limits; close it when no process is left
     * @throws InfrastructureException if it cannot be prepared
     */
    public Confinement confine(Path directory, Path work, List<Path> readable) {
        ControlGroup group = null;
        try {
            group = groups.create(limits);
            Policy policy =
                    new Policy(sandbox).own(directory, work).readable(readable).limits(resourceLimits());
            group.doors().forEach(door -> policy.rule("group", door));
            policy.rule("disk", diskMegabytes * MEGABYTE);
            bubblewrap.ifPresent(program -> policy.rule("bubblewrap", program));
            limits.memoryMegabytes().ifPresent(megabytes -> policy.rule("shm", megabytes * MEGABYTE));
            return new Confinement(policy.write(directory.resolve("policy")), limits, diskMegabytes, group);
        } catch (IOException e) {
            if (group != null) {
                group.close();
            }
            throw new InfrastructureException("The run's sandbox cannot be prepared: " + e, e);
        }
    }

    /** What the kernel limits for each process where there are no control groups, and the size of single files. */
    private Map<String, Long> resourceLimits() {
        Map<String, Long> resources = new LinkedHashMap<>();
        resources.put("CORE", 0L);
        resources.put("FSIZE", diskMegabytes * MEGABYTE);
        if (!groups.has(Controller.MEMORY)) {
            limits.memoryMegabytes().ifPresent(megabytes -> resources.put("DATA", megabytes * MEGABYTE));
        }
        if (countsProcessesItself()) {
            resources.put("NPROC", (long) limits.pids());
        }
        return resources;
    }

    // In a user namespace of its own the kernel counts a run's processes apart from the user's others; never root's.
    private boolean countsProcessesItself() {
        return !groups.has(Controller.PIDS) && sandbox.hasNamespaces() && !isRoot;
    }

    /**
     * Says what is in force and what is not.
     *
     * @return for the log and the doctor
     */
    public IsolationNote note() {
        List<String> inForce = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        if (sandbox == Sandbox.NONE || sandbox == Sandbox.LANDLOCK_ALONE) {
            missing.addAll(refused);
        }
        if (groups.has(Controller.PIDS)) {
            inForce.add(limits.pids() + " processes and threads");
        } else if (countsProcessesItself()) {
            inForce.add(limits.pids() + " processes and threads (RLIMIT_NPROC)");
        } else {
            missing.add(RunLimits.PIDS + ": " + groups.reason(Controller.PIDS));
        }
        limits.memoryMegabytes().ifPresent(megabytes -> {
            if (groups.has(Controller.MEMORY)) {
                inForce.add(megabytes + " MiB of memory");
            } else {
                inForce.add(megabytes + " MiB of memory for each process (RLIMIT_DATA)");
                missing.add(RunLimits.MEMORY_MB + " over all processes of a run: " + groups.reason(Controller.MEMORY));
            }
        });
        limits.cpus().ifPresent(cpus -> {
            if (groups.has(Controller.CPU)) {
                inForce.add(cpus + " processors");
            } else {
                missing.add(RunLimits.CPUS + ": " + groups.reason(Controller.CPU));
            }
        });
        inForce.add(diskMegabytes + " MiB of files");
        if (sandbox == Sandbox.NONE) {
            missing.add(DISK_MB.name() + " outside the run's directory: without a sandbox a run writes wherever the"
                    + " worker's user may");
        }
        return new IsolationNote(
                "sandbox " + sandbox.word() + " (" + sandbox.meaning() + "); limits of a run: "
                        + String.join(", ", inForce) + unlimited(),
                missing);
    }

    private String unlimited() {
        List<String> unlimited = new ArrayList<>();
        if (limits.memoryMegabytes().isEmpty()) {
            unlimited.add("memory (" + RunLimits.MEMORY_MB + ")");
        }
        if (limits.cpus().isEmpty()) {
            unlimited.add("processors (" + RunLimits.CPUS + ")");
        }
        return unlimited.isEmpty() ? "" : "; no limit is set of " + String.join(" and ", unlimited);
    }

    /** Removes what the kernel keeps for this worker. */
    @Override
    public void close() {
        groups.close();
    }
}
