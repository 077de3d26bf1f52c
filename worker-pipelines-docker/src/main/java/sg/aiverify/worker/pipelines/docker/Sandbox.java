package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.cache.ShortHash;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.Cancellation;

/**
 * A container that has started and imports what it can, waiting for one run: it serves no second one. Its streams and
 * its volumes are gone with it.
 */
final class Sandbox implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(Sandbox.class);
    private static final long OUTPUT_GRACE_MILLISECONDS = 5000;
    private final DockerEngine engine;
    private final String container;
    private final RunVolumes volumes;
    private final Lifeline lifeline = new Lifeline();
    private final AtomicReference<Consumer<String>> onOutput = new AtomicReference<>(line -> {});
    private final OutputTail errors = new OutputTail(line -> onOutput.get().accept(line));
    private final CountDownLatch heard = new CountDownLatch(1);
    private final AtomicReference<Consumer<String>> onLine = new AtomicReference<>(line -> heard.countDown());
    private final SupervisorOutput lines =
            new SupervisorOutput(line -> onLine.get().accept(line));
    private final ContainerOutput output = new ContainerOutput(lines, errors);
    private final ContainerExit exit = new ContainerExit();
    private volatile int code;
    private boolean closed;

    Sandbox(DockerEngine engine, String container, RunVolumes volumes) {
        this.engine = engine;
        this.container = container;
        this.volumes = volumes;
    }

    /** Starts the container and what it imports; removes it if that fails, but not the volumes. */
    void start() {
        try {
            engine.client()
                    .attachContainerCmd(container)
                    .withStdIn(lifeline)
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
            throw new ServiceAwayException(DockerEngine.SERVICE, "The start of the run's container was interrupted", e);
        } catch (RuntimeException e) {
            removeContainer();
            throw engine.failure("start the run's container", e);
        }
    }

    String container() {
        return container;
    }

    /** Makes it the run's, by its name; false if it did not survive the waiting. */
    boolean take(String name) {
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

    /** Adds files of the run. */
    void add(TarSource.Content content) {
        volumes.add(content);
    }

    /** Tells the container that its request is there, and who gets the lines of its standard output and standard error. */
    void go(Consumer<String> listener, Consumer<String> errorListener) {
        onOutput.set(errorListener);
        onLine.set(listener);
        lifeline.tell();
    }

    /** Waits until what can be imported beforehand has been. */
    boolean awaitReady(long nanos) throws InterruptedException {
        return heard.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits for the end of the run, and of its output. */
    SupervisedProcess.Ending await(Cancellation cancellation) throws InterruptedException {
        code = exit.await(engine, cancellation);
        output.awaitEnd(OUTPUT_GRACE_MILLISECONDS);
        errors.end();
        return lines.ending().orElseGet(() -> SupervisedProcess.Ending.ofSupervisor(code));
    }

    /** Tells, after the end, whether the container was killed as a whole. */
    boolean isKilled() {
        return KilledContainer.isKilled(code, lines);
    }

    InspectContainerResponse.ContainerState state() {
        return engine.call(
                        "look at the run's container",
                        () -> engine.client().inspectContainerCmd(container).exec())
                .getState();
    }

    /** Gives the end of its standard error. */
    String errors() {
        return errors.text();
    }

    private void removeContainer() {
        lifeline.close();
        for (EngineStream<?> stream : new EngineStream<?>[] {output, exit}) {
            try {
                stream.close();
            } catch (IOException e) {
                log.debug("A stream of the container {} was not closed", ShortHash.in(container), e);
            }
        }
        engine.removeContainer(container);
    }

    /** Removes all of it; returns when it is gone, whoever began. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            removeContainer();
            volumes.close();
        }
    }
}
