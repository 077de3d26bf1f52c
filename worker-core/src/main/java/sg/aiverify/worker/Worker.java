package sg.aiverify.worker;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;
import static org.apiguardian.api.API.Status.STABLE;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.engine.WorkerStatus;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.IsolationNote;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.task.Task;

/**
 * A worker: takes test runs from a queue and runs them, or runs those handed to it. Thread-safe. Its settings and
 * variables are those that the builder was given: it reads no environment variable. It keeps no static state but the
 * list of the file locks that this process holds; several may live in one process.
 *
 * <pre>{@code
 * try (Worker worker = Worker.builder()
 *         .settings(Settings.of(Map.of("APIGW_URL", "http://127.0.0.1:4000")))
 *         .variables(System.getenv())
 *         .build()) {
 *     worker.start();
 *     worker.awaitStop();
 * }
 * }</pre>
 */
@API(status = STABLE, since = "1.0")
public final class Worker implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(Worker.class);

    private final WorkerParts parts;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean started;

    private Worker(WorkerParts parts) {
        this.parts = parts;
    }

    /**
     * Begins to describe a worker.
     *
     * @return a builder with nothing but defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts to take tasks from the queue. Returns at once.
     *
     * @throws ConfigurationException if the queue refuses the worker's credentials
     * @throws IllegalStateException if it was started or closed before
     */
    public synchronized void start() {
        parts.engine().requireStartable();
        log.info("This is the worker {}", name());
        if (parts.ownQueue() != null) {
            connect(parts.ownQueue());
        }
        parts.plugIns().forEach(log::info);
        log.info("Modules: {}", parts.picked());
        parts.modules().starting();
        isolation().ifPresent(note -> {
            log.info("Isolation: {}", note);
            if (!note.exposed().isEmpty()) {
                log.warn("Algorithms can read what they should not: {}", String.join("; ", note.exposed()));
            }
        });
        parts.engine().start(parts.queue());
        started = true;
    }

    // An unavailable server is waited for; wrong credentials stay wrong.
    private static void connect(ValkeyTaskQueue queue) {
        try {
            queue.connect();
        } catch (ServiceUnavailableException e) {
            // The engine warns of it, too; what is worth a line of its own is advice that only a start can give.
            Level level = e.getCause() instanceof ServiceUnavailableException ? Level.WARN : Level.DEBUG;
            log.log(level, "{}; waiting for it", e.getMessage());
        }
    }

    /**
     * Runs one task in this thread, once: no queue, no retry. The worker need not be started.
     *
     * @param task what to run
     * @return how it ended; where the module of the error stage fails, a failure that says so
     * @throws InterruptedException if the run was stopped, because the thread was interrupted or the worker closed
     * @throws IllegalStateException if the worker was closed before
     */
    public Outcome run(Task task) throws InterruptedException {
        return parts.engine().run(task);
    }

    /**
     * Stops taking tasks, lets runs finish for a while, then stops them and hands their tasks back. Returns when all
     * that is done.
     *
     * @param grace how long runs in progress may go on
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void stop(Duration grace) throws InterruptedException {
        try {
            parts.engine().stop(grace);
        } finally {
            stopped.countDown();
        }
    }

    /**
     * Waits until somebody has stopped the worker.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /**
     * Looks whether what the modules need beside their settings can be reached now. May be called whether or not the
     * worker runs; takes seconds.
     *
     * @return a sentence for each thing that is missing; empty if a run would find everything
     */
    public List<String> problems() {
        return parts.modules().problems();
    }

    /**
     * Names this worker, as its queue does.
     *
     * @return the name in the log, in metrics and, with Valkey, of the consumer
     */
    public String name() {
        return parts.queue().worker();
    }

    /**
     * Returns how the worker is now: what it does, and what keeps it from taking tasks. Quick; asks no service.
     *
     * @return what is known at this moment
     */
    public WorkerStatus status() {
        return parts.engine().status();
    }

    /**
     * Says how the algorithms are isolated.
     *
     * @return what the module that runs them says
     */
    @API(status = EXPERIMENTAL, since = "1.0")
    public Optional<IsolationNote> isolation() {
        return parts.modules().execute().isolation();
    }

    /**
     * Lists every setting that this worker and its modules know.
     *
     * @return settings, those of modules last
     */
    public List<Setting<?>> knownSettings() {
        return parts.knownSettings();
    }

    /** Ends the worker at once: runs in progress are stopped, their tasks handed back. Further calls do nothing. */
    @Override
    public synchronized void close() {
        parts.engine().close();
        stopped.countDown();
        parts.resources().close();
        if (started) {
            started = false;
            log.info("Stopped");
        }
    }

    /** Describes a worker. Not thread-safe. */
    public static final class Builder {
        final List<ModuleProvider> providers = new ArrayList<>();
        final List<RunListener> listeners = new ArrayList<>();
        final List<Setting<?>> secrets = new ArrayList<>();
        Settings settings = Settings.defaults();
        Map<String, String> variables = Map.of();
        Clock clock = Clock.systemDefaultZone();
        Waiting waiting = Waiting.AS_PLANNED;

        @Nullable TaskQueue queue;

        private Builder() {}

        /**
         * Sets the configuration; by default only defaults hold.
         *
         * @param settings values of the variables that the documentation lists
         * @return this builder
         */
        public Builder settings(Settings settings) {
            this.settings = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Sets the environment variables for the programs that modules start, and by whose {@code PATH} those are found;
         * by default there are none. Programs that need none of them, algorithms above all, get a selection.
         *
         * @param variables names and values, for most programs {@link System#getenv()}
         * @return this builder
         */
        public Builder variables(Map<String, String> variables) {
            this.variables = Map.copyOf(variables);
            return this;
        }

        /**
         * Sets where tasks come from; by default the Valkey stream that the settings name.
         *
         * @param queue the queue; it stays the caller's to close, after the worker
         * @return this builder
         */
        public Builder queue(TaskQueue queue) {
            this.queue = Objects.requireNonNull(queue, "queue");
            return this;
        }

        /**
         * Adds a module beside those on the class path and in the plug-in directory; the settings pick it by its name.
         *
         * @param provider what offers it
         * @return this builder
         */
        public Builder provider(ModuleProvider provider) {
            providers.add(Objects.requireNonNull(provider, "provider"));
            return this;
        }

        /**
         * Adds somebody who hears what becomes of runs.
         *
         * @param listener who hears of it
         * @return this builder
         */
        public Builder listener(RunListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Adds a setting of the embedding program whose value, or the content of its file, is kept out of failures as
         * well.
         *
         * @param setting a secret one
         * @return this builder
         */
        public Builder secret(Setting<?> setting) {
            secrets.add(Objects.requireNonNull(setting, "setting"));
            return this;
        }

        /**
         * Sets the clock; by default the system's.
         *
         * @param clock gives the times in results, in its zone
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets how long the worker's own pauses last, for tests that shall not wait for them; by default as long as
         * planned. The pauses are those before something that failed is tried again, and those between two looks at
         * what may have changed.
         *
         * @param waiting says how long each pause lasts
         * @return this builder
         */
        public Builder waiting(Waiting waiting) {
            this.waiting = Objects.requireNonNull(waiting, "waiting");
            return this;
        }

        /**
         * Creates the worker. It takes no task before {@link Worker#start}.
         *
         * @return the worker
         * @throws ConfigurationException if the configuration is wrong; lists everything that is
         */
        public Worker build() {
            return new Worker(new WorkerAssembly(this).assemble());
        }
    }
}
