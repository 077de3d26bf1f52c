package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.StageHost;

/** The shipped rights suffice for Jobs, and none can be spared. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JobRbacClusterIT {
    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> refused = new ConcurrentSkipListSet<>();
    private RealCluster cluster;

    @BeforeEach
    void open() {
        cluster = new RealCluster();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        cluster.apply(cluster.manifest("rbac.yaml"));
        cluster.close();
    }

    @Test
    void theShippedRightsSuffice() throws Exception {
        assertThat(refusals()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "jobs, create",
        "jobs, get",
        "jobs, list",
        "jobs, watch",
        "jobs, patch",
        "jobs, delete",
        "pods, list",
        "pods, watch",
        "events, list"
    })
    void withoutOneOfThemSomethingIsRefused(String resource, String verb) throws Exception {
        String rbac = cluster.manifest("rbac.yaml");
        cluster.apply(without(rbac, resource, verb));
        await().atMost(Duration.ofSeconds(20)).until(() -> !isAllowed(resource, verb));

        assertThat(refusals()).isNotEmpty();
    }

    private static String without(String rbac, String resource, String verb) {
        String group = "resources: [" + resource + "]\n    verbs: [";
        int start = rbac.indexOf(group) + group.length();
        assertThat(start).isGreaterThan(group.length());
        int end = rbac.indexOf(']', start);
        String verbs = rbac.substring(start, end);
        String left = String.join(
                ", ",
                List.of(verbs.split(", ")).stream()
                        .filter(one -> !one.equals(verb))
                        .toList());
        assertThat(left).isNotEqualTo(verbs);
        return rbac.substring(0, start) + (left.isEmpty() ? "deletecollection" : left) + rbac.substring(end);
    }

    private boolean isAllowed(String resource, String verb) {
        Map<String, String> attributes = Map.of(
                "namespace",
                cluster.namespace(),
                "verb",
                verb,
                "resource",
                resource,
                "group",
                resource.equals("jobs") ? "batch" : "");
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(cluster.workerConfig()).build()) {
            return client.raw(
                            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                            "POST",
                            Map.of(
                                    "apiVersion", "authorization.k8s.io/v1",
                                    "kind", "SelfSubjectAccessReview",
                                    "spec", Map.of("resourceAttributes", attributes)))
                    .contains("\"allowed\":true");
        }
    }

    /** Does all that a worker does with Jobs: makes one, leaves it, adopts it, deletes it, sweeps. */
    private Set<String> refusals() throws Exception {
        Path data = directory.resolve("data");
        Map<String, String> settings = new TreeMap<>(cluster.settings(Path.of("unused"), "", Map.of()));
        settings.putAll(VolumeHere.settings(data));
        try (StageHost host = StageHost.open(data, Settings.of(settings));
                ObservedRun run = new ObservedRun(directory);
                ObservedRun again = new ObservedRun(directory, 2, run.task())) {
            TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
            TestInputs inputs = new TestInputs(
                    TinyAlgorithm.write(directory, "tiny")
                            .doing("self.progress(1)\ntime.sleep(600)")
                            .read(),
                    files.model(),
                    files.dataset(),
                    null,
                    Map.of());
            Execution<ImageEnvironment> execution =
                    new Execution<>(inputs, new OneImage(cluster.image()).environment(), new JsonObject());
            stopWhenItRuns(host, execution, run, CancelReason.LEASE_LOST);
            stopWhenItRuns(host, execution, again, CancelReason.CANCELLED);
            try (KubernetesClient client = client()) {
                JobStore jobs = new JobStore(client, cluster.namespace());
                cluster.jobs().forEach(jobs::lastWarning);
                new JobSweep(jobs, data, "java-rbac", Duration.ZERO, Clock.systemUTC()).round(Set.of());
            } catch (KubernetesClientException e) {
                refused.add(e.getMessage());
            }
        }
        return refused;
    }

    private void stopWhenItRuns(
            StageHost host, Execution<ImageEnvironment> execution, ObservedRun run, CancelReason reason)
            throws Exception {
        KubectlRun2Provider provider = new KubectlRun2Provider(arguments -> client(), KubectlRun2Provider.STATUS_LAG);
        try (KubectlRun2 pipe = (KubectlRun2) provider.create(host)) {
            Future<AlgorithmOutput> going = threads.submit(() -> pipe.execute(execution, run));
            await().atMost(RealCluster.PATIENCE)
                    .until(() -> going.isDone()
                            || !refused.isEmpty()
                            || !run.progress().isEmpty());
            cluster.jobs().forEach(new JobStore(client(), cluster.namespace())::lastWarning);
            run.cancellation().cancel(reason);
            await().atMost(RealCluster.PATIENCE).until(going::isDone);
        }
    }

    private KubernetesClient client() {
        return new KubernetesClientBuilder()
                .withConfig(cluster.workerConfig())
                .withHttpClientBuilderConsumer(builder ->
                        builder.addOrReplaceInterceptor("refusals", new Interceptor() {
                            @Override
                            public void after(
                                    HttpRequest request,
                                    HttpResponse<?> response,
                                    AsyncBody.Consumer<List<ByteBuffer>> consumer) {
                                if (response.code() == 403) {
                                    refused.add(request.method() + " " + request.uri());
                                }
                            }
                        }))
                .build();
    }
}
