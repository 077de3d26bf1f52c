package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.Gson;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.Cancellation;

/** A pod that exists for one attempt of a run; closing it deletes it, whatever happened. Used by one thread. */
final class PodRun implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(PodRun.class);
    // The kubelet notices the end of a container after a second or two.
    private static final Duration STATUS_LAG = Duration.ofSeconds(5);
    private static final Duration DELETION = Duration.ofSeconds(20);

    static final String RECEIVE = """
            import sys, tarfile
            with tarfile.open(fileobj=sys.stdin.buffer, mode="r|", bufsize=10240) as tar:
                tar.extractall(sys.argv[1])
            """;
    static final String SEND = """
            import json, os, sys, tarfile
            work = os.path.realpath(sys.argv[1])
            with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
                for name in json.loads(sys.stdin.buffer.readline()):
                    path = os.path.join(work, name)
                    try:
                        if os.path.realpath(path) != path or not path.startswith(work + "/") or not os.path.isfile(path):
                            continue
                        file = open(path, "rb")
                    except (OSError, ValueError):
                        continue
                    with file:
                        entry = tarfile.TarInfo(name)
                        entry.size = os.fstat(file.fileno()).st_size
                        tar.addfile(entry, file)
            """;
    private static final String KILLS_FOR_MEMORY = """
            import re
            for file in ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"):
                try:
                    print(re.search(r"^oom_kill (\\d+)", open(file).read(), re.MULTILINE).group(1))
                    break
                except (OSError, AttributeError):
                    pass
            """;

    private final PodResource resource;
    private final PodWatch watch;
    private final PodExec exec;
    private final String python;
    private final Cancellation cancellation;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final Cancellation.Registration registration;
    private final OutputTail errors = new OutputTail();

    /**
     * Takes a pod that was just created.
     *
     * @param resource the pod at the API server
     * @param created as the API server answered
     * @param python the interpreter in it
     * @param cancellation stops the run
     */
    PodRun(PodResource resource, Pod created, String python, Cancellation cancellation) {
        this.resource = resource;
        this.watch = PodWatch.of(resource, created);
        this.exec = new PodExec(resource, stop);
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
        return watch.isGone() || PodTrouble.ofEnd(watch.latest()).isPresent();
    }

    /** Waits until the pod can take commands. */
    void awaitReady(Duration timeout) throws InterruptedException {
        Optional<Pod> ready = watch.await(
                pod -> Readiness.isPodReady(pod) || PodTrouble.ofStart(pod).isPresent(),
                cancellation::isCancelled,
                timeout);
        throwIfCancelled();
        Pod pod = watch.latest();
        Optional<StageException> trouble = PodTrouble.ofStart(pod);
        if (trouble.isPresent()) {
            throw trouble.get();
        }
        if (watch.isGone()) {
            throw PodTrouble.gone();
        }
        if (ready.isEmpty()) {
            throw PodTrouble.ofWaiting(pod, timeout.toSeconds());
        }
    }

    /** Copies the inputs into the pod. */
    void copyIn(PodFiles files) throws InterruptedException {
        int code = run(
                "copy the inputs into",
                files::writeTo,
                OutputStream.nullOutputStream(),
                "-c",
                RECEIVE,
                PodManifest.HOME);
        if (code != 0) {
            throw new InfrastructureException(FailureText.withOutput(
                    "The inputs could not be copied into the pod: exit code " + code, errors.text()));
        }
    }

    /** Runs the algorithm to its end and gives what it wrote to its standard error. */
    SupervisedProcess.Ending runAlgorithm(RunnerEvents events) throws InterruptedException {
        SupervisorOutput output = new SupervisorOutput(events::accept);
        int code = run(
                "run the algorithm in",
                PodExec.Input.NONE,
                output,
                "-B",
                PodFiles.SCRIPTS + "/supervisor.py",
                python,
                "-B",
                PodFiles.SCRIPTS + "/runner.py",
                "--request",
                PodFiles.REQUEST);
        output.close();
        SupervisedProcess.Ending ending = output.ending().orElseGet(() -> SupervisedProcess.Ending.ofSupervisor(code));
        if ("SIGKILL".equals(ending.signal()) && killsForMemory() > 0) {
            throw PodTrouble.outOfMemory(watch.latest(), errors.text());
        }
        return ending;
    }

    /** Gives the end of what the commands wrote to their standard errors. */
    String errors() {
        return errors.text();
    }

    /** Fetches output and artifacts into a directory, laid out as in the pod; what is not there stays absent. */
    void copyOut(List<String> artifacts, Path directory, long maxBytes) throws InterruptedException {
        String names = new Gson()
                .toJson(Stream.concat(
                                Stream.of(RunnerRequest.RESULT),
                                artifacts.stream().map(name -> RunnerRequest.ARTIFACTS + "/" + name))
                        .distinct()
                        .toList());
        Path archive = directory.resolve("result.tar");
        try {
            try (OutputStream target = new BoundedOutput(Files.newOutputStream(archive), maxBytes)) {
                int code = run(
                        "copy the result out of",
                        stream -> stream.write((names + "\n").getBytes(StandardCharsets.UTF_8)),
                        target,
                        "-c",
                        SEND,
                        PodFiles.WORK);
                if (code != 0) {
                    throw new InfrastructureException(FailureText.withOutput(
                            "The result could not be copied out of the pod: exit code " + code, errors.text()));
                }
            }
            try (InputStream source = new BufferedInputStream(Files.newInputStream(archive))) {
                PodFiles.unpack(source, directory);
            }
            Files.delete(archive);
        } catch (IOException e) {
            throw new InfrastructureException("The result could not be copied out of the pod: " + e.getMessage(), e);
        }
    }

    private int killsForMemory() throws InterruptedException {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        run("look at the memory of", PodExec.Input.NONE, told, "-c", KILLS_FOR_MEMORY);
        String count = told.toString(StandardCharsets.UTF_8).strip();
        return count.matches("\\d{1,9}") ? Integer.parseInt(count) : 0;
    }

    private int run(String attempted, PodExec.Input input, OutputStream output, String... arguments)
            throws InterruptedException {
        throwIfCancelled();
        String[] command = Stream.concat(Stream.of(python, "-I", "-S"), Stream.of(arguments))
                .toArray(String[]::new);
        try {
            return exec.run(input, output, new TailStream(errors), command);
        } catch (PodExec.BrokenException e) {
            throwIfCancelled();
            throw reason(attempted, e);
        }
    }

    /** Finds out why a command broke off: the pod's own end, the API server's, or what it answered. */
    private StageException reason(String attempted, PodExec.BrokenException broken) throws InterruptedException {
        int code = ApiTrouble.codeOf(broken);
        if (code == 401 || code == 403) {
            return new InfrastructureException(
                    "The worker cannot " + attempted + " its pod: Kubernetes refuses it (" + code
                            + "): its service account needs the verbs get and create on pods/exec",
                    broken);
        }
        watch.await(pod -> PodTrouble.ofEnd(pod).isPresent(), cancellation::isCancelled, STATUS_LAG);
        throwIfCancelled();
        Optional<StageException> trouble = PodTrouble.ofEnd(watch.latest());
        if (trouble.isPresent()) {
            return trouble.get();
        }
        try {
            if (watch.isGone() || resource.get() == null) {
                return PodTrouble.gone();
            }
        } catch (KubernetesClientException e) {
            return ApiTrouble.of(attempted + " its pod", e);
        }
        return new InfrastructureException(
                "The worker cannot " + attempted + " its pod: " + broken.getMessage(), broken);
    }

    private void throwIfCancelled() {
        cancellation.reason().ifPresent(why -> {
            throw RunCancelledException.withOutput("the run was stopped: " + why, errors.text());
        });
    }

    /** Deletes the pod and waits until it is gone; if that cannot be, the sweep does it later. */
    @Override
    public void close() {
        registration.close();
        boolean wasInterrupted = Thread.interrupted(); // or the deletion would be, too
        try {
            resource.withGracePeriod(1).delete();
            if (!watch.awaitGone(DELETION) && resource.get() != null) {
                log.warn("The pod {} is being deleted for more than {} s", name(), DELETION.toSeconds());
            }
        } catch (KubernetesClientException e) {
            log.warn("The pod {} cannot be deleted now, the next sweep will do it", name(), e);
        } catch (InterruptedException e) {
            wasInterrupted = true;
        } finally {
            watch.close();
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String name() {
        return watch.latest().getMetadata().getName();
    }

    /** Keeps the end of a stream. */
    private static final class TailStream extends OutputStream {
        private final OutputTail tail;

        TailStream(OutputTail tail) {
            this.tail = tail;
        }

        @Override
        public void write(int next) {
            tail.add(new byte[] {(byte) next}, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            tail.add(Arrays.copyOfRange(bytes, offset, offset + count), count);
        }
    }

    /** Refuses to take more than a pod can hold. */
    private static final class BoundedOutput extends OutputStream {
        private final OutputStream target;
        private long left;

        BoundedOutput(OutputStream target, long maxBytes) {
            this.target = target;
            this.left = maxBytes;
        }

        @Override
        public void write(int next) throws IOException {
            write(new byte[] {(byte) next}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            left -= count;
            if (left < 0) {
                throw new IOException("the result is larger than the pod's disk");
            }
            target.write(bytes, offset, count);
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
