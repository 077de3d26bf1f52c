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
 * A worker, which runs tasks from a queue, or tasks that callers submit. Thread-safe.
 *
 * <p>A worker uses only the settings and variables of its builder, and does not read environment variables itself.
 * Several workers can run in one process: the only static state is the list of file locks that the process holds.
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
     * Creates a builder.
     *
     * @return a builder with the defaults
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts receiving tasks from the queue. Returns immediately.
     *
     * @throws ConfigurationException if the queue rejects the worker's credentials
     * @throws IllegalStateException if the worker was already started or closed
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
                log.warn("Algorithms can read files that they should not read: {}", String.join("; ", note.exposed()));
            }
        });
        parts.engine().start(parts.queue());
        started = true;
    }

    // The worker waits for an unavailable server, but not for wrong credentials.
    private static void connect(ValkeyTaskQueue queue) {
        try {
            queue.connect();
        } catch (ServiceUnavailableException e) {
            // The engine also logs the outage. A warning is only needed here if the message contains advice.
            Level level = e.getCause() instanceof ServiceUnavailableException ? Level.WARN : Level.DEBUG;
            log.log(level, "{}; waiting for it", e.getMessage());
        }
    }

    /**
     * Runs a task once in this thread, without the queue and without retries. The worker need not be started.
     *
     * @param task the task
     * @return the outcome; for a failed run, it also contains the reason if the error could not be reported
     * @throws InterruptedException if the run was stopped, because the thread was interrupted or the worker closed
     * @throws IllegalStateException if the worker was closed before
     */
    public Outcome run(Task task) throws InterruptedException {
        return parts.engine().run(task);
    }

    /**
     * Stops receiving tasks and waits for the runs in progress. After the given time, stops the remaining runs and
     * returns their tasks to the queue. Blocks until all runs have ended.
     *
     * @param grace the time that runs in progress have to finish
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
     * Waits until the worker is stopped.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /**
     * Checks whether the services that the modules need can be reached now. The check takes seconds, and does not
     * require a started worker.
     *
     * @return a sentence for each problem; empty if there is none
     */
    public List<String> problems() {
        return parts.modules().problems();
    }

    /**
     * Returns the name of this worker at its queue.
     *
     * @return the name, as in the log and in metrics; with Valkey, also the name of the consumer
     */
    public String name() {
        return parts.queue().worker();
    }

    /**
     * Returns the worker's status, with the reasons why it receives no tasks. Returns quickly, since it sends no
     * request.
     *
     * @return the current status
     */
    public WorkerStatus status() {
        return parts.engine().status();
    }

    /**
     * Describes the isolation of the algorithms.
     *
     * @return the description by the module that runs the algorithms; empty if the module does not provide one
     */
    @API(status = EXPERIMENTAL, since = "1.0")
    public Optional<IsolationNote> isolation() {
        return parts.modules().execute().isolation();
    }

    /**
     * Lists the settings of this worker and its modules.
     *
     * @return the settings; those of modules are last
     */
    public List<Setting<?>> knownSettings() {
        return parts.knownSettings();
    }

    /** Stops the worker and its runs immediately, and returns their tasks to the queue. Further calls do nothing. */
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

    /** A builder of workers. Not thread-safe. */
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
         * Sets the values of the settings; without this call, all settings have their defaults.
         *
         * @param settings the values of the settings that the documentation lists
         * @return this builder
         */
        public Builder settings(Settings settings) {
            this.settings = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Sets the environment variables for the programs that modules start; by default there are none. The programs
         * are found in the {@code PATH} of these variables. Programs that need only some variables, above all
         * algorithms, receive only those.
         *
         * @param variables names and values; most embedding programs pass {@link System#getenv()}
         * @return this builder
         */
        public Builder variables(Map<String, String> variables) {
            this.variables = Map.copyOf(variables);
            return this;
        }

        /**
         * Sets the queue; by default, the worker uses the Valkey stream in the settings.
         *
         * @param queue the queue; the caller closes it after the worker
         * @return this builder
         */
        public Builder queue(TaskQueue queue) {
            this.queue = Objects.requireNonNull(queue, "queue");
            return this;
        }

        /**
         * Adds a module, in addition to those on the class path and in the plug-in directory. The settings select
         * modules by name.
         *
         * @param provider the module's provider
         * @return this builder
         */
        public Builder provider(ModuleProvider provider) {
            providers.add(Objects.requireNonNull(provider, "provider"));
            return this;
        }

        /**
         * Adds a listener of runs.
         *
         * @param listener the listener
         * @return this builder
         */
        public Builder listener(RunListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Adds a secret setting of the embedding program. The worker also masks the setting's value, or the content of
         * its file, in failures.
         *
         * @param setting the setting
         * @return this builder
         */
        public Builder secret(Setting<?> setting) {
            secrets.add(Objects.requireNonNull(setting, "setting"));
            return this;
        }

        /**
         * Sets the clock; by default, the worker uses the system's clock.
         *
         * @param clock the clock for the times in results, which are in the clock's time zone
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Changes the length of the worker's pauses, so that tests do not have to wait. These are the pauses before a
         * retry, and those between two checks for a change. By default, they have the planned length.
         *
         * @param waiting returns the length of each pause
         * @return this builder
         */
        public Builder waiting(Waiting waiting) {
            this.waiting = Objects.requireNonNull(waiting, "waiting");
            return this;
        }

        /**
         * Creates the worker. It receives no tasks before {@link Worker#start}.
         *
         * @return the worker
         * @throws ConfigurationException if the configuration is invalid; the message lists all problems
         */
        public Worker build() {
            return new Worker(new WorkerAssembly(this).assemble());
        }
    }
}
