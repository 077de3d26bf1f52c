package sg.aiverify.worker.engine;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.Optional;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.result.internal.ResultRules;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.Environment;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.stage.internal.StageModules;

/**
 * Runs five of the six stages of an attempt, from the download to the upload. {@link ErrorReporter} runs the sixth, the
 * error stage. Thread-safe.
 */
final class StageSequence<E extends Environment> {
    private static final Logger log = LogManager.getLogger(StageSequence.class);
    private static final Duration LONG_BUILD = Duration.ofSeconds(5);

    private final StageModules<E> modules;
    private final AttemptContextFactory contexts;
    private final StageCalls calls;
    private final ReportTurn turn;
    private final ResultWriter results;
    private final RunListener listeners;
    private final Secrets secrets;

    /**
     * Creates the sequence.
     *
     * @param secrets the texts to mask in failures
     */
    StageSequence(
            StageModules<E> modules,
            AttemptContextFactory contexts,
            StageCalls calls,
            ReportTurn turn,
            ResultWriter results,
            RunListener listeners,
            Secrets secrets) {
        this.modules = modules;
        this.contexts = contexts;
        this.calls = calls;
        this.turn = turn;
        this.results = results;
        this.listeners = listeners;
        this.secrets = secrets;
    }

    /** Runs the stages until one fails or the attempt is stopped. Stores the result, but does not report an error. */
    Outcome run(Attempt attempt) {
        try (AttemptContext context = contexts.open(attempt)) {
            return runStages(attempt, context);
        } catch (StageException e) {
            log.debug("The {} stage failed", attempt.stage().wireName(), e);
            String output = e instanceof RunCancelledException stopped ? stopped.output() : "";
            return ifStopped(attempt, output)
                    .orElseGet(() -> e.kind() == FailureKind.CANCELLED
                            ? new Outcome.Stopped()
                            : failed(e.kind(), attempt.stage(), e.getMessage()));
        } catch (InterruptedException e) {
            return ifStopped(attempt, "").orElseGet(Outcome.Stopped::new);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            log.error(
                    "The module of the {} stage failed unexpectedly",
                    attempt.stage().wireName(),
                    e);
            return ifStopped(attempt, "")
                    .orElseGet(() -> failed(
                            FailureKind.TASK,
                            attempt.stage(),
                            "An unexpected error occurred: the module " + calls.module(attempt) + " failed: "
                                    + Reason.of(e)));
        }
    }

    private Outcome runStages(Attempt attempt, AttemptContext context) throws InterruptedException {
        Demand demand = turn.demand(attempt);
        if (demand.isNotNeeded()) {
            return new Outcome.NotNeeded(demand.reason());
        }
        context.progressFrom(demand.progress());
        listeners.started(attempt.task());
        ResultRules.check(attempt.task());
        TestInputs inputs = calls.run(attempt, Stage.DOWNLOAD, () -> download(context));
        E environment = calls.run(attempt, Stage.PIPELINE_BUILD, () -> build(inputs, context));
        JsonObject arguments = calls.run(attempt, Stage.VALIDATE_INPUT, () -> validate(inputs, context));
        Execution<E> execution = new Execution<>(inputs, environment, arguments);
        ResultArchive archive = calls.run(attempt, Stage.PIPELINE_EXECUTE, () -> execute(execution, context));
        context.endProgress();
        boolean stored = turn.await(attempt, Stage.UPLOAD)
                && calls.run(attempt, Stage.UPLOAD, () -> modules.upload().upload(archive, context));
        return stored ? new Outcome.Succeeded(archive) : new Outcome.NotNeeded(turn.whyNotTaken(attempt));
    }

    private TestInputs download(AttemptContext run) throws InterruptedException {
        TestInputs inputs = modules.download().download(run);
        results.checkSchemas(
                inputs.algorithm(), run.task().gid() + "/" + run.task().cid(), run.cancellation());
        return inputs;
    }

    private E build(TestInputs inputs, AttemptContext run) throws InterruptedException {
        long start = System.nanoTime();
        E environment = modules.build().build(inputs.algorithm(), run);
        // After a short build, the log lines at the start and the end of the run are sufficient.
        boolean waited = System.nanoTime() - start >= LONG_BUILD.toNanos();
        log.log(waited ? Level.INFO : Level.DEBUG, "Running in {}", environment.description());
        return environment;
    }

    private JsonObject validate(TestInputs inputs, AttemptContext run) throws InterruptedException {
        return modules.validate().validate(inputs, run);
    }

    // The algorithm's output is untrusted, too: the time limit applies until the output is checked and packed.
    private ResultArchive execute(Execution<E> execution, AttemptContext run) throws InterruptedException {
        AlgorithmOutput output = modules.execute().execute(execution, run);
        return results.write(
                run.task(),
                execution.inputs().algorithm(),
                execution.arguments(),
                output,
                run.workDirectory(),
                run.cancellation());
    }

    private Optional<Outcome> ifStopped(Attempt attempt, String output) {
        return attempt.stop().reason().map(reason -> switch (reason) {
            case CANCELLED -> new Outcome.NotNeeded(attempt.stop().notNeeded().orElseThrow());
            case LEASE_LOST, SHUTDOWN -> new Outcome.Stopped(reason);
            case TIMED_OUT -> {
                String text = FailureText.withOutput(calls.timedOut(attempt), output);
                yield failed(FailureKind.TIMED_OUT, attempt.stage(), text);
            }
        });
    }

    private Outcome failed(FailureKind kind, Stage stage, @Nullable String message) {
        return new Outcome.Failed(new Failure(kind, stage.wireName(), message == null ? "no reason given" : message)
                .masked(secrets::masked));
    }
}
