package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.ThreadContext;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.DaemonThreads;
import sg.aiverify.worker.stage.AlgorithmOutput;

/**
 * Kills stalled algorithms. An algorithm is stalled if none of its processes uses a processor: they are stopped, wait
 * for each other, or wait for an event that never happens. Works on Linux only; on other systems it does nothing.
 * Immutable.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class StallWatch {
    /** The maximum time for which an algorithm may use no processor. */
    public static final Setting<Duration> LIMIT = Setting.seconds(
                    "TEWORKER_STALL_TIMEOUT_SECONDS",
                    "600",
                    "time after which an algorithm that does nothing is killed")
            .inGroup("Runs")
            .withDetails("""
                    It applies to `virtual_env_execute` on Linux.
                    The time counts from the last moment in which a process of the algorithm used a processor.
                    So it ends an algorithm whose processes are stopped, wait for each other, or wait
                    for an event that never happens.
                    With other modules and systems, only the time limit of the stage ends such a run.
                    """);

    private static final Logger log = LogManager.getLogger(StallWatch.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private static final Path PROC = Path.of("/proc");

    private final Duration limit;
    private final Waiting waiting;
    private final LongSupplier nanoTime;

    /**
     * Creates the watch.
     *
     * @param limit the maximum time for which an algorithm may use no processor
     */
    public StallWatch(Duration limit) {
        this(limit, Waiting.AS_PLANNED, System::nanoTime);
    }

    /** Creates a watch with a clock that counts nanoseconds. */
    StallWatch(Duration limit, Waiting waiting, LongSupplier nanoTime) {
        this.limit = Objects.requireNonNull(limit, "limit");
        this.waiting = waiting;
        this.nanoTime = nanoTime;
    }

    /** Runs an algorithm under its supervisor. */
    @FunctionalInterface
    public interface Running {
        /**
         * Runs the algorithm to its end.
         *
         * @return the algorithm's output
         * @throws InterruptedException if the thread is interrupted
         */
        AlgorithmOutput run() throws InterruptedException;
    }

    /**
     * Runs an algorithm and watches it until it ends.
     *
     * @param workDirectory the working directory of the supervisor, or a parent of it; no other run uses it
     * @param cancellation the run's cancellation; the watch kills nothing if the run is already cancelled
     * @param running runs the algorithm in a child of this process
     * @return the algorithm's output
     * @throws TaskFailedException if the algorithm was stalled and was killed
     * @throws InterruptedException if the thread is interrupted
     */
    public AlgorithmOutput over(Path workDirectory, Cancellation cancellation, Running running)
            throws InterruptedException {
        Watcher watcher = new Watcher(workDirectory, cancellation);
        Thread thread = DaemonThreads.start("stall-watch", watcher);
        try {
            return running.run();
        } catch (RunCancelledException e) {
            throw e; // the run was stopped before the watch killed it, or at the same moment
        } catch (StageException e) {
            if (watcher.killed) {
                throw new TaskFailedException(
                        FailureText.printable("Failed to run algorithm: it used no processor for "
                                        + limit.toSeconds() + " seconds and was stopped; the limit is " + LIMIT.name()
                                        + "\n" + RunnerEvents.withoutKill(String.valueOf(e.getMessage())))
                                .stripTrailing(),
                        e);
            }
            throw e;
        } finally {
            thread.interrupt();
        }
    }

    private final class Watcher implements Runnable {
        private final Path workDirectory;
        private final Cancellation cancellation;
        /** The log context of the run's thread, since the watch logs about the same run. */
        private final Map<String, String> context = ThreadContext.getImmutableContext();

        private volatile boolean killed;

        Watcher(Path workDirectory, Cancellation cancellation) {
            this.cancellation = cancellation;
            this.workDirectory = real(workDirectory);
        }

        /** Resolves links in the path, before the run can create its own links. */
        private static Path real(Path directory) {
            try {
                return directory.toRealPath();
            } catch (IOException e) {
                return directory.toAbsolutePath(); // the directory does not exist, so no process can be working in it
            }
        }

        @Override
        public void run() {
            try (var lines = CloseableThreadContext.putAll(context)) {
                watch();
            }
        }

        private void watch() {
            Duration tenth = limit.dividedBy(10);
            Duration pause = tenth.compareTo(LONGEST_PAUSE) < 0 ? tenth : LONGEST_PAUSE;
            Map<String, String> before = Map.of();
            long quietSince = nanoTime.getAsLong();
            try {
                while (true) {
                    TimeUnit.MILLISECONDS.sleep(Math.max(
                            waiting.lasts(Waiting.Reason.INTERVAL, pause).toMillis(), 1));
                    Set<Long> commands = commands();
                    Map<String, String> now = shares(commands);
                    if (now.isEmpty() || !now.equals(before)) {
                        before = now;
                        quietSince = nanoTime.getAsLong();
                    } else if (nanoTime.getAsLong() - quietSince > limit.toNanos()) {
                        if (cancellation.isCancelled()) {
                            return; // the supervisor kills the run
                        }
                        log.warn("Stopping the run: it used no processor for {} seconds", limit.toSeconds());
                        killed = true;
                        // When a command has ended, the supervisor kills its descendants.
                        commands.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
                        return;
                    }
                }
            } catch (InterruptedException e) {
                log.trace("The run has ended");
            } catch (IOException e) {
                log.debug("Could not read the processor time of the run's processes", e);
            }
        }

        /** Finds the processes that the run's supervisor started, without their descendants. */
        private Set<Long> commands() throws IOException {
            Map<Long, Long> parents = parents();
            long own = ProcessHandle.current().pid();
            Set<Long> supervisors = new HashSet<>();
            parents.forEach((pid, parent) -> {
                if (parent == own && worksHere(pid)) {
                    supervisors.add(pid);
                }
            });
            Set<Long> commands = new HashSet<>();
            parents.forEach((pid, parent) -> {
                if (supervisors.contains(parent)) {
                    commands.add(pid);
                }
            });
            return commands;
        }

        private boolean worksHere(long pid) {
            try {
                return Files.readSymbolicLink(PROC.resolve(pid + "/cwd")).startsWith(workDirectory);
            } catch (IOException e) {
                return false; // the process has ended
            }
        }
    }

    /** Maps each thread of the commands and their descendants to its processor time, as /proc reports it. */
    private Map<String, String> shares(Set<Long> commands) throws IOException {
        Map<Long, Long> parents = parents();
        Map<String, String> shares = new HashMap<>();
        for (long pid : parents.keySet()) {
            if (isBelow(pid, commands, parents)) {
                try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
                    for (Path thread : threads) {
                        shares.put(
                                thread.getFileName().toString(),
                                Files.readString(thread.resolve("schedstat")).strip());
                    }
                } catch (IOException e) {
                    // The end of a thread also shows that the algorithm runs.
                    shares.put(pid + " ended", e.toString());
                }
            }
        }
        return shares;
    }

    private static boolean isBelow(long pid, Set<Long> ancestors, Map<Long, Long> parents) {
        Long at = pid;
        for (int depth = 0; at != null && depth < 1000; depth++) {
            if (ancestors.contains(at)) {
                return true;
            }
            at = parents.get(at);
        }
        return false;
    }

    private Map<Long, Long> parents() throws IOException {
        Map<Long, Long> parents = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : all) {
                try {
                    String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                    // The process's name is in brackets and may contain any character.
                    String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    parents.put(Long.parseLong(process.getFileName().toString()), Long.parseLong(rest[1]));
                } catch (IOException | RuntimeException e) {
                    log.trace("{} has ended", process);
                }
            }
        }
        return parents;
    }
}
