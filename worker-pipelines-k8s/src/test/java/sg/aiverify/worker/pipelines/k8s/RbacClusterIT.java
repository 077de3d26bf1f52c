package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
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
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.StageHost;

/** The shipped rights suffice, and none can be spared. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RbacClusterIT {
    @TempDir
    Path directory;

    private RealCluster cluster;

    @BeforeEach
    void open() {
        cluster = new RealCluster();
    }

    @AfterEach
    void close() {
        cluster.apply(cluster.manifest("rbac.yaml"));
        cluster.close();
    }

    @Test
    void theShippedRightsSuffice() throws Exception {
        assertThat(refusals()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "pods, create",
        "pods, get",
        "pods, list",
        "pods, watch",
        "pods, delete",
        "pods/exec, get",
        "pods/exec, create",
        "leases, create",
        "leases, get",
        "leases, list",
        "leases, update",
        "leases, delete"
    })
    void withoutOneOfThemSomethingIsRefused(String resource, String verb) throws Exception {
        cluster.apply(without(cluster.manifest("rbac.yaml"), resource, verb));
        await().atMost(Duration.ofSeconds(20)).until(() -> !isAllowed(resource, verb));

        assertThat(refusals()).isNotEmpty();
    }

    @Test
    void whoExaminesAWorkerHearsWhichRightsAreMissing() {
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(cluster.workerConfig()).build()) {
            assertThat(Rights.OF_PODS.missing(client, cluster.namespace())).isEmpty();
            assertThat(Rights.OF_JOBS.missing(client, cluster.namespace())).isEmpty();

            cluster.apply(without(cluster.manifest("rbac.yaml"), "pods/exec", "create"));
            await().atMost(Duration.ofSeconds(20)).until(() -> !isAllowed("pods/exec", "create"));

            assertThat(Rights.OF_PODS.missing(client, cluster.namespace()))
                    .containsExactly("Kubernetes does not let the worker create pods/exec in the namespace "
                            + cluster.namespace() + "; rbac.yaml has the rights that it needs");
        }
    }

    private static String without(String rbac, String resource, String verb) {
        StringBuilder left = new StringBuilder();
        boolean isHere = false;
        for (String line : rbac.split("\n")) {
            if (line.contains("resources:")) {
                isHere = line.contains("[" + resource + "]");
            }
            boolean isVerbs = isHere && line.contains("verbs:");
            left.append(isVerbs ? line.replaceAll("\\b" + verb + "\\b(, )?", "").replace(", ]", "]") : line)
                    .append('\n');
        }
        assertThat(left.toString()).isNotEqualTo(rbac);
        return left.toString();
    }

    private boolean isAllowed(String resource, String verb) {
        String[] names = resource.split("/");
        Map<String, String> attributes =
                new java.util.HashMap<>(Map.of("namespace", cluster.namespace(), "verb", verb, "resource", names[0]));
        if (names.length > 1) {
            attributes.put("subresource", names[1]);
        }
        if (resource.equals("leases")) {
            attributes.put("group", "coordination.k8s.io");
        }
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

    /** Does all that a worker does and gives the requests that were refused. */
    private Set<String> refusals() throws Exception {
        Set<String> refused = new ConcurrentSkipListSet<>();
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(cluster.workerConfig())
                .withHttpClientBuilderConsumer(builder ->
                        builder.addOrReplaceInterceptor("refusals", new Interceptor() {
                            @Override
                            public void after(
                                    HttpRequest request,
                                    HttpResponse<?> response,
                                    AsyncBody.Consumer<List<ByteBuffer>> consumer) {
                                if (response.code() == 403) {
                                    refused.add(request.method() + " "
                                            + request.uri().getPath());
                                }
                            }
                        }))
                .build();
        try (StageHost host = StageHost.open(
                        directory.resolve("data"), Settings.of(cluster.settings(Path.of("unused"), "", Map.of())));
                ObservedRun run = new ObservedRun(directory);
                KubectlRun pipe = (KubectlRun) new KubectlRunProvider(arguments -> client).create(host)) {
            TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
            var inputs = new sg.aiverify.worker.pipeline.TestInputs(
                    TinyAlgorithm.write(directory, "tiny")
                            .doing("self.progress(1)")
                            .read(),
                    files.model(),
                    files.dataset(),
                    null,
                    Map.of());
            try {
                pipe.execute(
                        new sg.aiverify.worker.pipeline.Execution<>(
                                inputs, new OneImage(cluster.image()).environment(), new com.google.gson.JsonObject()),
                        run);
            } catch (StageException e) {
                refused.add(e.getMessage());
            }
        }
        sweepTwice(client, refused);
        return refused;
    }

    private void sweepTwice(KubernetesClient closed, Set<String> refused) {
        try (KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(closed.getConfiguration())
                        .build();
                PodSweep sweep = new PodSweep(
                        client,
                        cluster.namespace(),
                        "java-rbac",
                        Clock.systemUTC(),
                        Executors.newSingleThreadScheduledExecutor())) {
            sweep.round();
            sweep.round();
        } catch (io.fabric8.kubernetes.client.KubernetesClientException e) {
            refused.add(e.getMessage());
        }
    }
}
