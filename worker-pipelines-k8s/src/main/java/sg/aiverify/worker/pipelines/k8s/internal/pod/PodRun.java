package sg.aiverify.worker.pipelines.k8s.internal.pod;

import com.google.gson.Gson;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.Cancellation;

/** A pod for one attempt of a run. Closing it always deletes the pod. Used by one thread. */
public final class PodRun implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(PodRun.class);
    private static final Duration DELETION = Duration.ofSeconds(20);
    private static final Duration CHECK = Duration.ofSeconds(30);
    private static final Duration TRANSFER = Duration.ofHours(2);
    private static final Duration FOLLOW = Duration.ofSeconds(90);
    private static final long MEBIBYTE = 1024L * 1024;
    // Exit codes of in_pod.py:
    private static final int OUT_OF_MEMORY = 9;
    private static final int KILLS_UNCOUNTED = 10;
    private static final int AGAIN = 75;

    // Receives the inputs. First kills the receivers of earlier connections, so that no inputs are received in part.
    static final String RECEIVE = """
            import os, shutil, signal, sys, tarfile
            home = sys.argv[1]
            root = home + "/run"
            if os.path.isdir(root):
                sys.exit(0)
            for name in os.listdir(home):
                if name.startswith("part-"):
                    try:
                        os.kill(int(name[5:]), signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                    shutil.rmtree(home + "/" + name, ignore_errors=True)
            part = home + "/part-%d" % os.getpid()
            os.mkdir(part)
            with tarfile.open(fileobj=sys.stdin.buffer, mode="r|", bufsize=10240) as tar:
                tar.extraction_filter = lambda member, path: member
                tar.extractall(part)
            os.rename(part, root)
            """;

    private final PodResource resource;
    private final PodWatch watch;
    private final Runnable atEnd;
    private final PodExec exec;
    private final RetryingPodExec commands;
    private final String python;
    private final Cancellation cancellation;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final Cancellation.Registration registration;
    private OutputTail errors = new OutputTail();
    private boolean isDeleted;

    /**
     * Takes over a pod that was just created.
     *
     * @param resource the pod at the API server
     * @param watch the watch with the latest state of the pod
     * @param atEnd called when the pod is deleted
     * @param python the interpreter in the pod
     * @param cancellation stops the run
     */
    public PodRun(PodResource resource, PodWatch watch, Runnable atEnd, String python, Cancellation cancellation) {
        this.resource = resource;
        this.watch = watch;
        this.atEnd = atEnd;
        this.exec = new PodExec(resource, stop);
        this.commands = new RetryingPodExec(resource, watch, cancellation, this::errors);
        this.python = python;
        this.cancellation = cancellation;
        watch.onChange(() -> {
            if (isOver()) {
                stop.complete(null);
            }
        });
        this.registration = cancellation.onCancel(() -> {
            stop.complete(null);
            watch.wake();
        });
    }

    private boolean isOver() {
        return watch.isGone() || PodFailure.ofEnd(watch.latest()).isPresent();
    }

    /** Waits until the pod is ready for commands. */
    public void awaitReady(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            Optional<Pod> ready = watch.await(
                    pod -> Readiness.isPodReady(pod) || PodFailure.ofStart(pod).isPresent(),
                    cancellation::isCancelled,
                    left.compareTo(CHECK) < 0 ? left : CHECK);
            commands.throwIfCancelled();
            Pod pod = watch.latest();
            Optional<StageException> failure = PodFailure.ofStart(pod);
            if (failure.isPresent()) {
                throw failure.get();
            }
            if (watch.isGone() || ready.isEmpty() && isMissing()) {
                throw PodFailure.gone();
            }
            if (ready.isPresent()) {
                return;
            }
            if (left.isZero()) {
                throw PodFailure.ofWaiting(pod, timeout.toSeconds());
            }
        }
    }

    /** Returns whether the pod does not exist; its deletion may have been missed while the watch was broken. */
    private boolean isMissing() {
        try {
            return resource.get() == null;
        } catch (KubernetesClientException e) {
            log.debug("Could not read the state of the pod {}", name(), e);
            return false;
        }
    }

    /** Copies the inputs into the pod; the pod then starts the algorithm. */
    public void copyIn(PodInputs inputs) throws InterruptedException {
        int code = commands.run(
                "copy the inputs into",
                () -> exec.run(
                        TRANSFER,
                        inputs::writeTo,
                        OutputStream.nullOutputStream(),
                        PodStreams.tail(errors),
                        command("-c", RECEIVE, PodPaths.HOME)));
        if (code != 0) {
            throw new InfrastructureException(FailureText.withOutput(
                    "The inputs could not be copied into the pod: exit code " + code, errors.text()));
        }
    }

    /** Follows the algorithm until its end. A new connection continues where the last one broke. */
    public SupervisedProcess.Ending followAlgorithm(RunnerEvents events) throws InterruptedException {
        SupervisorOutput output = new SupervisorOutput(events::accept);
        PodStreams.Counted counted = new PodStreams.Counted(output);
        int code;
        do {
            code = commands.run("follow the algorithm in", () -> {
                errors = ofAlgorithm(); // to each connection, the pod sends all errors that it keeps
                return exec.run(
                        FOLLOW,
                        PodExec.Input.NONE,
                        counted,
                        PodStreams.tail(errors),
                        command("-B", PodPaths.IN_POD, "follow", PodPaths.HOME, Long.toString(counted.count())));
            });
        } while (code == AGAIN);
        output.close();
        if (code != 0 && code != OUT_OF_MEMORY && code != KILLS_UNCOUNTED) {
            throw new InfrastructureException(
                    FailureText.withOutput("The algorithm could not be followed: exit code " + code, errors.text()));
        }
        SupervisedProcess.Ending ending =
                output.ending().orElseGet(() -> SupervisedProcess.Ending.ofSupervisor(128 + 9));
        if (code == OUT_OF_MEMORY && !ending.isSuccess()) {
            throw PodFailure.outOfMemory(watch.latest(), events::withError, errors.text());
        }
        if (code == 0) {
            events.noteMemorySufficed();
        }
        return ending;
    }

    private static OutputTail ofAlgorithm() {
        return new OutputTail(line -> {}, Path.of(PodPaths.WORK, RunnerRequest.ALGORITHM), Path.of(PodPaths.SCRIPTS));
    }

    /** Returns the end of the standard error of the commands. */
    public String errors() {
        return errors.text();
    }

    /** Copies output and artifacts into a directory, with their paths in the pod; skips missing files. */
    public void copyOut(List<String> artifacts, Path directory, long maxBytes) throws InterruptedException {
        List<String> files = Stream.concat(
                        Stream.of(RunnerRequest.RESULT),
                        artifacts.stream().map(name -> RunnerRequest.ARTIFACTS + "/" + name))
                .distinct()
                .toList();
        String names = new Gson().toJson(files);
        Path archive = directory.resolve("result.tar");
        try {
            int code = commands.run("copy the result out of", () -> {
                try (OutputStream target = PodStreams.bounded(Files.newOutputStream(archive), maxBytes)) {
                    return exec.run(
                            TRANSFER,
                            stream -> stream.write((names + "\n").getBytes(StandardCharsets.UTF_8)),
                            target,
                            PodStreams.tail(errors),
                            command("-B", PodPaths.IN_POD, "send", PodPaths.HOME));
                } catch (IOException e) {
                    throw new InfrastructureException("The result cannot be written to " + archive, e);
                }
            });
            if (code != 0) {
                throw new InfrastructureException(FailureText.withOutput(
                        "The result could not be copied out of the pod: exit code " + code, errors.text()));
            }
            try (InputStream source = new BufferedInputStream(Files.newInputStream(archive))) {
                PodResultArchive.unpack(source, files, directory);
            }
            Files.delete(archive);
        } catch (UncheckedIOException e) {
            commands.throwIfCancelled();
            if (e.getCause() instanceof PodStreams.TooLargeException) {
                throw new TaskFailedException("Failed to run algorithm: its output is larger than "
                        + maxBytes / MEBIBYTE + " MiB; the limit is " + KubectlSettings.SCRATCH.name());
            }
            throw new InfrastructureException(
                    "The result cannot be written to the worker's disk at " + archive + ": "
                            + e.getCause().getMessage(),
                    e);
        } catch (IOException e) {
            throw new InfrastructureException("The result could not be copied out of the pod: " + Reason.of(e), e);
        }
    }

    private List<String> command(String... arguments) {
        return Stream.concat(Stream.of(python, "-I", "-S"), Stream.of(arguments))
                .toList();
    }

    /** Requests the deletion of the pod; {@link #close} waits for it. */
    public void delete() {
        registration.close();
        try {
            resource.withGracePeriod(1).delete();
            isDeleted = true;
        } catch (KubernetesClientException e) {
            log.warn("Could not delete the pod {}; the cleanup will retry", name(), e);
        }
    }

    /** Deletes the pod and waits for its deletion; if this fails, the cleanup deletes it later. */
    @Override
    public void close() {
        boolean wasInterrupted = Thread.interrupted(); // otherwise the deletion would also be interrupted
        try {
            if (!isDeleted) {
                delete();
            }
            if (isDeleted && !watch.awaitGone(DELETION) && resource.get() != null) {
                log.warn("The pod {} was not deleted within {} s", name(), DELETION.toSeconds());
            }
        } catch (KubernetesClientException e) {
            log.warn("Could not read the state of the pod {}", name(), e);
        } catch (InterruptedException e) {
            wasInterrupted = true;
        } finally {
            atEnd.run();
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String name() {
        return watch.latest().getMetadata().getName();
    }
}
