package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.cache.ShortHash;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisorOutput;

/**
 * Shows all workers on an engine, wherever they run, that this one lives: a container that reads an input which this
 * process holds open. When this process ends, however it ends, its connection does, and so does the container. No
 * clock, no shared disk and no heartbeat is needed. Thread-safe.
 */
final class Claim implements AutoCloseable {
    static final String KIND = "claim";
    private static final Logger log = LogManager.getLogger(Claim.class);
    private static final long MEMORY_BYTES = 32L << 20;
    private final DockerEngine engine;
    private final String instance;
    private @Nullable String container;
    private @Nullable Lifeline lifeline;
    private @Nullable ContainerOutput connection;

    Claim(DockerEngine engine, String instance) {
        this.engine = engine;
        this.instance = instance;
    }

    String instance() {
        return instance;
    }

    /** Makes the claim if it is not there: before the first run, and after the engine ended it. */
    synchronized void hold(String image) {
        if (!isHeld()) {
            release();
            make(image);
        }
    }

    /** Makes the claim anew if the engine ended it; does nothing before the first run. */
    synchronized void renew(String image) {
        if (container != null) {
            hold(image);
        }
    }

    private boolean isHeld() {
        String id = container;
        ContainerOutput attached = connection;
        // An engine that is restarted may keep its containers, but not the connection that ends them.
        return id != null
                && attached != null
                && !attached.hasEnded()
                && engine.find(
                                "look at the worker's claim",
                                () -> engine.client().inspectContainerCmd(id).exec())
                        .map(found -> Boolean.TRUE.equals(found.getState().getRunning()))
                        .orElse(false);
    }

    private void make(String image) {
        String id = engine.call(
                "create the worker's claim",
                () -> engine.client()
                        .createContainerCmd(image)
                        .withName("aiverify-claim-" + UUID.randomUUID())
                        .withLabels(Map.of(Labels.KIND, KIND, Labels.INSTANCE, instance))
                        .withEntrypoint("cat")
                        .withCmd(new String[0])
                        .withUser("65534:65534")
                        .withStopSignal("SIGKILL")
                        .withStdinOpen(true)
                        .withStdInOnce(true)
                        .withAttachStdin(true)
                        .withHostConfig(HostConfig.newHostConfig()
                                .withNetworkMode("none")
                                .withReadonlyRootfs(true)
                                .withCapDrop(SandboxMaker.ALL_CAPABILITIES)
                                .withSecurityOpts(List.of("no-new-privileges"))
                                .withMemory(MEMORY_BYTES)
                                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE)))
                        .exec()
                        .getId());
        container = id;
        Lifeline held = new Lifeline();
        lifeline = held;
        ContainerOutput attached = new ContainerOutput(new SupervisorOutput(line -> {}), new OutputTail());
        connection = attached;
        engine.call(
                "attach to the worker's claim",
                () -> engine.client()
                        .attachContainerCmd(id)
                        .withStdIn(held)
                        .withStdOut(true)
                        .withStdErr(true)
                        .withFollowStream(true)
                        .exec(attached));
        try {
            // Started before, it would live for ever if this process died in between.
            attached.awaitStart();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceAwayException(DockerEngine.SERVICE, "Attaching to the worker's claim was interrupted", e);
        } catch (RuntimeException e) {
            throw engine.failure("attach to the worker's claim", e);
        }
        engine.call(
                "start the worker's claim",
                () -> engine.client().startContainerCmd(id).exec());
        log.debug("This worker's claim at the engine is the container {}", ShortHash.in(id));
    }

    private void release() {
        Lifeline held = lifeline;
        if (held != null) {
            held.close();
        }
        ContainerOutput attached = connection;
        if (attached != null) {
            try {
                attached.close();
            } catch (IOException e) {
                log.debug("The claim's connection was not closed", e);
            }
        }
        String id = container;
        if (id != null) {
            engine.removeContainer(id);
        }
        container = null;
        lifeline = null;
        connection = null;
    }

    @Override
    public synchronized void close() {
        release();
    }
}
