package sg.aiverify.worker.isolation;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.isolation.ControlGroups.Controller;
import sg.aiverify.worker.run.RunLimits;
import sg.aiverify.worker.stage.IsolationNote;

/** Isolates algorithms that run as processes on this machine, as far as the machine allows. Thread-safe. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class Isolation implements AutoCloseable {
    private static final String GROUP = "Runs";

    /** The sandbox of algorithms and of package installers. */
    public static final Setting<String> SANDBOX = Setting.oneOf(
                    "TEWORKER_SANDBOX",
                    "auto",
                    "sandbox of algorithms and of package installers",
                    "auto",
                    "landlock",
                    "bubblewrap",
                    "landlock-alone",
                    "none")
            .inGroup(GROUP)
            .withDetails("""
                    It isolates algorithms in virtual environments.
                    It also isolates the tools that install packages for them or for images.
                    See [isolation.md](isolation.md).

                    With `auto` the worker tries the sandboxes at the start and takes the first that works.
                    The order is Landlock with namespaces, bubblewrap, Landlock without namespaces (`landlock-alone`).
                    If none of them works, algorithms run without a sandbox, and the worker logs a warning.

                    To require a sandbox, set `landlock`, `bubblewrap` or `landlock-alone`.
                    If that sandbox does not work, the worker does not start.
                    On a machine without namespaces, `landlock` selects `landlock-alone`.
                    """);
    /** The disk limit of one run. */
    public static final Setting<Integer> DISK_MB = Setting.integer(
                    "TEWORKER_TASK_DISK_MB",
                    "10240",
                    16,
                    16_777_216,
                    "MB",
                    "disk limit of one run in a virtual environment")
            .inGroup(GROUP)
            .withDetails("""
                    The worker checks the size of the run's files while the run is in progress.
                    It kills a run that exceeds the limit.
                    The result needs the same space again, see [operating.md](operating.md#disk-space).
                    """);

    private static final Logger log = LogManager.getLogger(Isolation.class);
    private static final long MEGABYTE = 1024L * 1024L;

    /** The stack limit, enough for a main thread. It is needed since RLIMIT_DATA does not count stacks. */
    private static final long STACK_BYTES = 64 * MEGABYTE;
    /** The memory limit of each process of pip and uv. A small package can contain far larger data. */
    private static final long INSTALLER_BYTES = 4096 * MEGABYTE;

    private final SandboxChoice choice;
    private final Sandbox sandbox;
    private final RunLimits limits;
    private final int diskMegabytes;
    private final ControlGroups groups;

    private Isolation(SandboxChoice choice, Settings settings, ControlGroups groups) {
        this.choice = choice;
        this.sandbox = choice.sandbox();
        this.limits = RunLimits.from(settings);
        this.diskMegabytes = settings.get(DISK_MB);
        this.groups = groups;
    }

    /**
     * Lists the settings that {@link #choose} reads.
     *
     * @return the settings
     */
    public static List<Setting<?>> settings() {
        return Stream.concat(Stream.of(SANDBOX, DISK_MB), RunLimits.settings().stream())
                .toList();
    }

    /**
     * Chooses the sandbox in the settings, or the best one that works on this machine. Tries each candidate, which
     * takes a fraction of a second.
     *
     * @param settings the settings of isolation and limits
     * @param python the interpreter that runs in the trials
     * @param directory the directory for the trials, on the disk of the runs
     * @param path the directories of programs, as in {@code PATH}
     * @return the isolation
     * @throws ConfigurationException if the sandbox in the settings does not work on this machine
     * @throws InterruptedException if the thread is interrupted
     */
    public static Isolation choose(Settings settings, HostPython python, Path directory, String path)
            throws InterruptedException {
        return choose(candidates(settings.get(SANDBOX)), settings, python, directory, path);
    }

    static Isolation choose(Set<Sandbox> candidates, Settings settings, HostPython python, Path directory, String path)
            throws InterruptedException {
        return choose(candidates, settings, python, directory, path, GroupHierarchy.ofThisProcess());
    }

    static Isolation choose(
            Set<Sandbox> candidates,
            Settings settings,
            HostPython python,
            Path directory,
            String path,
            GroupHierarchy hierarchy)
            throws InterruptedException {
        SandboxChoice choice = choice(candidates, "Algorithms run", settings, python, directory, path);
        return new Isolation(choice, settings, ControlGroups.open(hierarchy, RunLimits.from(settings)));
    }

    /**
     * Chooses the sandbox of installers, by the same settings. Installers have no control groups, unlike runs.
     *
     * @param settings the settings of isolation and limits
     * @param python the interpreter that runs in the trials
     * @param directory the directory for the trials
     * @param path the directories of programs, as in {@code PATH}
     * @return the isolation
     * @throws ConfigurationException if the sandbox in the settings does not work on this machine
     * @throws InterruptedException if the thread is interrupted
     */
    public static Isolation forInstallers(Settings settings, HostPython python, Path directory, String path)
            throws InterruptedException {
        Set<Sandbox> candidates = candidates(settings.get(SANDBOX));
        SandboxChoice choice = choice(candidates, "Packages are installed", settings, python, directory, path);
        return new Isolation(choice, settings, ControlGroups.none());
    }

    private static SandboxChoice choice(
            Set<Sandbox> candidates, String what, Settings settings, HostPython python, Path directory, String path)
            throws InterruptedException {
        String asked = settings.get(SANDBOX);
        SandboxChoice choice = SandboxChoice.among(candidates, asked, python, directory, path);
        if (asked.equals("auto") && choice.sandbox() == Sandbox.NONE) {
            log.warn("{} without a sandbox, since none works here: {}", what, String.join("; ", choice.refused()));
        }
        return choice;
    }

    /**
     * Returns an isolation without a sandbox and control groups, for callers that trust the code that they run.
     *
     * @param settings the limits; only those that need no control group apply
     * @return the isolation
     */
    public static Isolation none(Settings settings) {
        return new Isolation(SandboxChoice.none(), settings, ControlGroups.none());
    }

    private static Set<Sandbox> candidates(String asked) {
        Set<Sandbox> candidates = EnumSet.allOf(Sandbox.class);
        if (!asked.equals("auto")) {
            candidates.removeIf(sandbox -> !sandbox.matches(asked));
        }
        return candidates;
    }

    /**
     * Returns the sandbox.
     *
     * @return the sandbox that was chosen
     */
    public Sandbox sandbox() {
        return sandbox;
    }

    /**
     * Checks whether a run could change the content, times or permissions of files that other runs read.
     *
     * @return false if the kernel prevents all such changes
     */
    public boolean leavesFilesOpen() {
        return !sandbox.hasNamespaces();
    }

    /**
     * Checks whether runs have no network.
     *
     * @return true if runs cannot use the machine's network
     */
    public boolean cutsNetwork() {
        return sandbox != Sandbox.NONE;
    }

    /**
     * Checks whether a run sees its own temporary directory as {@code /tmp}.
     *
     * @return false if runs see the machine's {@code /tmp}, or cannot use {@code /tmp}
     */
    public boolean hasOwnTmp() {
        return sandbox.hasNamespaces();
    }

    /**
     * Checks whether untrusted code runs as another user than the worker.
     *
     * @return true if this code can only read files that every user may read
     */
    public boolean hasOwnUser() {
        return choice.hasOwnUser();
    }

    /**
     * Prepares a run.
     *
     * @param directory the run's directory; the run sees only {@code work} in it
     * @param work a directory in the run's directory; the run may not write to any other directory
     * @param readable the paths that the run may read in addition to the system's libraries
     * @return the run's sandbox and limits, to be closed when all processes of the run have ended
     * @throws InfrastructureException if the sandbox cannot be prepared
     */
    public Confinement confine(Path directory, Path work, List<Path> readable) {
        ControlGroup group = null;
        try {
            group = groups.create(limits);
            Policy policy =
                    new Policy(sandbox).own(directory, work).readable(readable).limits(resourceLimits());
            group.processFiles().forEach(file -> policy.rule("group", file));
            choice.apply(policy, readable);
            limitWhatIsCounted(policy);
            return new Confinement(
                    policy.write(directory.resolve("policy")), limits, diskMegabytes, group, MachineMemory.fromNow());
        } catch (IOException e) {
            if (group != null) {
                group.close();
            }
            throw new InfrastructureException("Could not prepare the run's sandbox: " + Reason.of(e), e);
        }
    }

    /**
     * Prepares an installer of packages, which can reach the network.
     *
     * @param directory a directory for the files of the sandbox; the installer does not see this directory
     * @param temporary an existing directory for temporary files; it must not be below any of {@code writable}
     * @param readable the paths that the installer may read in addition to the system's libraries
     * @param writable the paths to which the installer may write in addition to its temporary files
     * @param runsUntrustedCode whether packages are built from source; if so, the installer has the user of a run, and
     *     those limits of a run that work without a control group
     * @return the installer's sandbox, to be closed when all processes of the installer have ended
     * @throws InfrastructureException if the sandbox cannot be prepared
     */
    public Confinement confineInstaller(
            Path directory, Path temporary, List<Path> readable, List<Path> writable, boolean runsUntrustedCode) {
        try {
            Policy policy = new Policy(sandbox)
                    .rule("tmp", temporary)
                    .rule("root", Files.createDirectories(directory.resolve("root")))
                    .rule("write", temporary)
                    .rule("network", "yes")
                    .readable(readable)
                    .limits(runsUntrustedCode ? resourceLimits() : Map.of("DATA", INSTALLER_BYTES));
            writable.forEach(path -> policy.rule("write", FileNames.absolute(path)));
            if (runsUntrustedCode) {
                choice.apply(policy, List.of());
                limitWhatIsCounted(policy);
            } else {
                choice.applySharingUser(policy);
            }
            Path rules = policy.write(directory.resolve("policy"));
            return new Confinement(rules, limits, diskMegabytes, groups.create(limits), MachineMemory.fromNow());
        } catch (IOException e) {
            throw new InfrastructureException("Could not prepare the sandbox of an installer: " + Reason.of(e), e);
        }
    }

    private void limitWhatIsCounted(Policy policy) {
        policy.rule("disk", diskMegabytes * MEGABYTE);
        limits.memoryMegabytes().ifPresent(megabytes -> {
            policy.rule("shm", megabytes * MEGABYTE);
            if (!groups.has(Controller.MEMORY)) {
                policy.rule("memory", megabytes * MEGABYTE);
            }
        });
    }

    /** Returns the limits of each process: those that replace missing control groups, and the size limit of a file. */
    private Map<String, Long> resourceLimits() {
        Map<String, Long> resources = new LinkedHashMap<>();
        resources.put("CORE", 0L);
        resources.put("FSIZE", diskMegabytes * MEGABYTE);
        if (!groups.has(Controller.MEMORY)) {
            limits.memoryMegabytes().ifPresent(megabytes -> {
                resources.put("DATA", megabytes * MEGABYTE);
                resources.put("STACK", STACK_BYTES);
            });
        }
        if (countsProcessesItself()) {
            resources.put("NPROC", (long) limits.pids());
        }
        return resources;
    }

    // The kernel counts the processes of a user namespace separately. It does not apply this limit to root.
    private boolean countsProcessesItself() {
        return !groups.has(Controller.PIDS) && sandbox.hasNamespaces() && choice.isBoundByUserLimits();
    }

    /**
     * Describes which isolation and limits are in force, and which are not. Also checks which files with secrets runs
     * can read.
     *
     * @param secretFiles the names of settings, each with the file that contains the secret
     * @return the description for the log and the doctor
     */
    public IsolationNote note(Map<String, Path> secretFiles) {
        return note(choice.exposed(secretFiles));
    }

    IsolationNote note() {
        return note(List.of());
    }

    private IsolationNote note(List<String> exposed) {
        List<String> inForce = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        if (sandbox == Sandbox.NONE || sandbox == Sandbox.LANDLOCK_ALONE) {
            missing.addAll(choice.refused());
        }
        choice.findSharedUser().ifPresent(missing::add);
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
                inForce.add(megabytes + " MiB of memory, counted for its processes four times a second");
                missing.add(RunLimits.MEMORY_MB + " for " + uncounted() + ": " + groups.reason(Controller.MEMORY));
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
            missing.add(DISK_MB.name() + " outside the run's directory: without a sandbox, a run can write to all"
                    + " directories of the worker's user");
        }
        return new IsolationNote(
                "sandbox " + sandbox.word() + " (" + sandbox.meaning() + "); limits of a run: "
                        + String.join(", ", inForce) + unlimited(),
                missing,
                exposed);
    }

    private String uncounted() {
        String buffers = "buffers of pipes and sockets, open files";
        return switch (sandbox) {
            case LANDLOCK, BUBBLEWRAP -> buffers;
            case LANDLOCK_ALONE -> buffers + ", files in /dev/shm that no process maps";
            case NONE -> buffers + ", shared memory that no process maps";
        };
    }

    private String unlimited() {
        List<String> unlimited = new ArrayList<>();
        if (limits.memoryMegabytes().isEmpty()) {
            unlimited.add("memory (" + RunLimits.MEMORY_MB + ")");
        }
        if (limits.cpus().isEmpty()) {
            unlimited.add("processors (" + RunLimits.CPUS + ")");
        }
        return unlimited.isEmpty() ? "" : "; no limit is set for " + String.join(" and ", unlimited);
    }

    /** Removes this worker's control groups. */
    @Override
    public void close() {
        groups.close();
    }
}
