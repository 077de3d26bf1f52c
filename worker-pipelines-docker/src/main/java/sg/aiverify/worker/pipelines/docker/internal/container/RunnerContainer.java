package sg.aiverify.worker.pipelines.docker.internal.container;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.pipelines.docker.internal.engine.ContainerExit;
import sg.aiverify.worker.pipelines.docker.internal.engine.ContainerInput;
import sg.aiverify.worker.pipelines.docker.internal.engine.ContainerOutput;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.EngineStream;
import sg.aiverify.worker.pipelines.docker.internal.engine.TarSource;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.Cancellation;

/**
 * A started container that imports packages and then waits for a run. The container is never used for a second run.
 * Closing it also removes its volumes.
 */
public final class RunnerContainer implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(RunnerContainer.class);
    private static final int KILLED = 128 + 9;
    private final DockerEngine engine;
    private final String container;
    private final RunVolumes volumes;
    private final ContainerInput input = new ContainerInput();
    private final AtomicReference<Consumer<String>> onErrorLine = new AtomicReference<>(line -> {});
    private final OutputTail errors = new OutputTail(
            line -> onErrorLine.get().accept(line),
            Path.of(RunVolumes.WORK, RunnerRequest.ALGORITHM),
            Path.of(RunVolumes.SCRIPTS));
    private final CountDownLatch ready = new CountDownLatch(1);
    private final AtomicReference<Consumer<String>> onLine = new AtomicReference<>(line -> ready.countDown());
    private final SupervisorOutput lines =
            new SupervisorOutput(line -> onLine.get().accept(line));
    private final ContainerOutput output = new ContainerOutput(lines, errors);
    private final ContainerExit exit = new ContainerExit();
    private volatile int code;
    private boolean closed;

    RunnerContainer(DockerEngine engine, String container, RunVolumes volumes) {
        this.engine = engine;
        this.container = container;
        this.volumes = volumes;
    }

    /** Starts the container, which begins its imports. If this fails, removes the container, but not the volumes. */
    void start() {
        try {
            engine.client()
                    .attachContainerCmd(container)
                    .withStdIn(input)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withFollowStream(true)
                    .exec(output);
            output.awaitStart();
            engine.client().startContainerCmd(container).exec();
            engine.client().waitContainerCmd(container).exec(exit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            removeContainer();
            throw new ServiceUnavailableException(
                    DockerEngine.SERVICE, "The start of the run's container was interrupted", e);
        } catch (RuntimeException e) {
            removeContainer();
            throw engine.failure("start the run's container", e);
        }
    }

    String id() {
        return container;
    }

    /** Renames the container for its run; returns false if it cannot be used, as when it has already ended. */
    boolean assign(String name) {
        try {
            engine.call(
                    "rename a waiting container",
                    () -> engine.client()
                            .renameContainerCmd(container)
                            .withName(name)
                            .exec());
            return Boolean.TRUE.equals(state().getRunning()) && !output.hasEnded() && !exit.hasEnded();
        } catch (StageException e) {
            log.debug("The waiting container {} cannot be used: {}", ShortHash.in(container), e.getMessage());
            return false;
        }
    }

    /** Adds files for the run. */
    void add(TarSource.Content content) {
        volumes.add(content);
    }

    /**
     * Starts the run. Its request must have been added before.
     *
     * @param listener receives the lines of standard output
     * @param errorListener receives the lines of standard error
     */
    void begin(Consumer<String> listener, Consumer<String> errorListener) {
        onErrorLine.set(errorListener);
        onLine.set(listener);
        input.sendLine();
    }

    /** Waits until the container has finished its imports; returns false after the time limit. */
    boolean awaitReady(long nanos) throws InterruptedException {
        return ready.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits until the run and its output have ended. */
    SupervisedProcess.Ending await(Cancellation cancellation) throws InterruptedException {
        code = exit.await(engine, cancellation, errors::flushPending);
        output.awaitRest();
        errors.end();
        return lines.ending().orElseGet(() -> SupervisedProcess.Ending.ofSupervisor(code));
    }

    /** Returns whether the whole container was killed, with its supervisor. Call it after the end. */
    boolean isKilled() {
        return code == KILLED && lines.ending().isEmpty();
    }

    /** Returns the number of processes killed because memory ran out; empty if not counted. Call it after the end. */
    OptionalInt killsForMemory() {
        return lines.killsForMemory();
    }

    /** Returns whether memory ran out, which the engine does not always know. Call it after the end. */
    boolean isOutOfMemory() {
        return killsForMemory().orElse(0) > 0 || Boolean.TRUE.equals(state().getOOMKilled());
    }

    private InspectContainerResponse.ContainerState state() {
        return engine.call(
                        "inspect the run's container",
                        () -> engine.client().inspectContainerCmd(container).exec())
                .getState();
    }

    /** Returns the end of the run's standard error. */
    String errors() {
        return errors.text();
    }

    private void removeContainer() {
        input.close();
        for (EngineStream<?> stream : new EngineStream<?>[] {output, exit}) {
            try {
                stream.close();
            } catch (IOException e) {
                log.debug("A stream of the container {} was not closed", ShortHash.in(container), e);
            }
        }
        engine.removeContainer(container);
    }

    /** Removes the container and its volumes; returns when they are removed, even if another thread removes them. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            removeContainer();
            volumes.close();
        }
    }
}
