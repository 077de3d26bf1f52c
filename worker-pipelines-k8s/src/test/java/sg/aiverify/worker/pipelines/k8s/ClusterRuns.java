package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** Runs of real algorithms on a real cluster. */
final class ClusterRuns implements AutoCloseable {
    /** Continues until {@link #letGo}, with progress before and after it. */
    static final String WAITS = """
            self.progress(10)
            while not os.path.exists('/tmp/go'):
                time.sleep(.1)
            self.progress(90)
            self.results = {'message': 'went on'}
            """;

    private final RealCluster cluster;
    private final Path directory;
    private final Path kubeconfig;
    private final TestWorkerContext context;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AutoCloseable> toClose = new ArrayList<>();

    ClusterRuns(RealCluster cluster, Path directory) {
        this.cluster = cluster;
        this.directory = directory;
        this.kubeconfig = cluster.workerKubeconfig(directory);
        this.context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
    }

    /** A run in its own thread. */
    record Going(ObservedRun run, Future<AlgorithmOutput> future) {
        AlgorithmOutput output() throws ExecutionException, InterruptedException, TimeoutException {
            return future.get(RealCluster.PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);
        }

        String result() throws Exception {
            return Files.readString(output().output());
        }

        String id() {
            return run.task().id();
        }
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    /** Opens the module as a separate worker does. */
    KubectlRun open(String flags, Map<String, String> more) {
        KubectlRun pipe = (KubectlRun)
                new KubectlRunProvider().create(context.with(Settings.of(cluster.settings(kubeconfig, flags, more))));
        toClose.add(pipe);
        return pipe;
    }

    KubectlRun open() {
        return open("", Map.of());
    }

    /** Opens kubectl_run2 in the same way; the directory must be on the volume. */
    KubectlRun2 openJobs(String flags, Map<String, String> more) {
        Map<String, String> all = new java.util.TreeMap<>(ClusterVolume.settings(context.dataDirectory()));
        all.putAll(more);
        KubectlRun2 pipe = (KubectlRun2)
                new KubectlRun2Provider().create(context.with(Settings.of(cluster.settings(kubeconfig, flags, all))));
        toClose.add(pipe);
        return pipe;
    }

    Going start(ExecuteModule<ImageEnvironment> pipe, String body) {
        return start(pipe, body, "{}", Map.of());
    }

    Going start(ExecuteModule<ImageEnvironment> pipe, String body, String arguments, Map<String, Path> datasets) {
        return start(pipe, body, arguments, datasets, new ObservedRun(directory), cluster.image());
    }

    Going start(
            ExecuteModule<ImageEnvironment> pipe,
            String body,
            String arguments,
            Map<String, Path> datasets,
            ObservedRun run,
            String image) {
        toClose.add(run);
        Execution<ImageEnvironment> execution =
                TinyExecution.of(run.workDirectory(), body, new FixedImage(image).environment(), arguments, datasets);
        return new Going(run, threads.submit(() -> pipe.execute(execution, run)));
    }

    /** Starts a run that waits in its algorithm, and returns when it does. */
    Going startWaiting(ExecuteModule<ImageEnvironment> pipe) throws InterruptedException {
        Going going = start(pipe, WAITS);
        try {
            going.run().awaitProgress(RealCluster.PATIENCE);
        } catch (IllegalStateException e) {
            assertThat(going.future()).isNotDone();
            throw e;
        }
        return going;
    }

    /** Makes a waiting run continue. */
    void letGo(Going going) {
        Pod pod = cluster.podsOf(going.id()).get(0);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        await().atMost(RealCluster.PATIENCE).until(() -> {
            try (ExecWatch exec = cluster.admin()
                    .pods()
                    .inNamespace(cluster.namespace())
                    .withName(pod.getMetadata().getName())
                    .writingError(errors)
                    .exec("python3", "-c", "open('/tmp/go', 'w')")) {
                Integer code = exec.exitCode().get(20, TimeUnit.SECONDS);
                return code != null && code == 0;
            } catch (RuntimeException | ExecutionException | TimeoutException e) {
                return false; // the disturbed part is recovering
            }
        });
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    /** Creates a file that takes a while to copy. */
    Path bigFile(int megabytes) {
        Path file = directory.resolve("big-" + megabytes);
        try {
            if (!Files.exists(file)) {
                byte[] block = new byte[1 << 20];
                new java.util.Random(1).nextBytes(block);
                try (var stream = Files.newOutputStream(file)) {
                    for (int i = 0; i < megabytes; i++) {
                        stream.write(block);
                    }
                }
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : toClose) {
            if (each instanceof ObservedRun run) {
                run.close();
            }
        }
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        for (AutoCloseable each : toClose) {
            if (each instanceof ExecuteModule<?> pipe) {
                pipe.close();
            }
        }
        context.close();
    }
}
