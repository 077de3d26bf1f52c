package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import com.github.dockerjava.api.model.LogConfig;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.files.internal.ShortHash;
import sg.aiverify.worker.pipelines.docker.internal.engine.ContainerInput;
import sg.aiverify.worker.pipelines.docker.internal.engine.ContainerOutput;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.engine.UnprivilegedContainer;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisorOutput;

/**
 * A container that shows all workers that use the engine, on any machine, that this worker is running. The container
 * reads an input that this process keeps open. When this process ends, for any reason, the connection is closed and the
 * container ends. No clock, shared disk or heartbeat is needed. Thread-safe.
 */
public final class LivenessContainer implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(LivenessContainer.class);
    private static final long MEMORY_BYTES = 32L << 20;
    private final DockerEngine engine;
    private final String instance;
    private @Nullable String container;
    private @Nullable ContainerInput input;
    private @Nullable ContainerOutput connection;

    public LivenessContainer(DockerEngine engine, String instance) {
        this.engine = engine;
        this.instance = instance;
    }

    public String instance() {
        return instance;
    }

    /** Creates the container if it is not running, which is so before the first run, and after the container ended. */
    public synchronized void ensureRunning(String image) {
        if (!isRunning()) {
            release();
            create(image);
        }
    }

    /** Recreates the container if the engine ended it; does nothing before the first run. */
    synchronized void recreateIfEnded(String image) {
        if (container != null) {
            ensureRunning(image);
        }
    }

    private boolean isRunning() {
        String id = container;
        ContainerOutput attached = connection;
        // A restarted engine may keep the container, but without the connection that would end it.
        return id != null
                && attached != null
                && !attached.hasEnded()
                && engine.find(
                                "inspect the worker's liveness container",
                                () -> engine.client().inspectContainerCmd(id).exec())
                        .map(found -> Boolean.TRUE.equals(found.getState().getRunning()))
                        .orElse(false);
    }

    private void create(String image) {
        String id = engine.call(
                "create the worker's liveness container",
                () -> engine.client()
                        .createContainerCmd(image)
                        .withName("aiverify-claim-" + UUID.randomUUID())
                        .withLabels(Map.of(Labels.KIND, Labels.LIVENESS, Labels.INSTANCE, instance))
                        .withEntrypoint("cat")
                        .withCmd(new String[0])
                        .withUser("65534:65534")
                        .withStopSignal("SIGKILL")
                        .withStdinOpen(true)
                        .withStdInOnce(true)
                        .withAttachStdin(true)
                        .withHostConfig(UnprivilegedContainer.hostConfig()
                                .withReadonlyRootfs(true)
                                .withMemory(MEMORY_BYTES)
                                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE)))
                        .exec()
                        .getId());
        container = id;
        ContainerInput opened = new ContainerInput();
        input = opened;
        ContainerOutput attached = new ContainerOutput(new SupervisorOutput(line -> {}), new OutputTail());
        connection = attached;
        engine.call(
                "attach to the worker's liveness container",
                () -> engine.client()
                        .attachContainerCmd(id)
                        .withStdIn(opened)
                        .withStdOut(true)
                        .withStdErr(true)
                        .withFollowStream(true)
                        .exec(attached));
        try {
            // If the container were started before the attach, and this process died between, it would never end.
            attached.awaitStart();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceUnavailableException(
                    DockerEngine.SERVICE, "The worker was interrupted while it attached to its liveness container", e);
        } catch (RuntimeException e) {
            throw engine.failure("attach to the worker's liveness container", e);
        }
        engine.call(
                "start the worker's liveness container",
                () -> engine.client().startContainerCmd(id).exec());
        log.debug("This worker's liveness container is {}", ShortHash.in(id));
    }

    private void release() {
        ContainerInput opened = input;
        if (opened != null) {
            opened.close();
        }
        ContainerOutput attached = connection;
        if (attached != null) {
            try {
                attached.close();
            } catch (IOException e) {
                log.debug("The connection to the liveness container was not closed", e);
            }
        }
        String id = container;
        if (id != null) {
            engine.removeContainer(id);
        }
        container = null;
        input = null;
        connection = null;
    }

    @Override
    public synchronized void close() {
        release();
    }
}
