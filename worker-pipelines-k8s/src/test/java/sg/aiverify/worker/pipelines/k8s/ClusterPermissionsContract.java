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
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The shipped permissions suffice for a module, and all of them are needed. A suite has a static method
 * {@code permissions} that returns them, each as a resource and a verb.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ClusterPermissionsContract {
    @TempDir
    Path directory;

    /** The refusals of the API server, and the errors that they caused. */
    final Set<String> refused = new ConcurrentSkipListSet<>();

    RealCluster cluster;

    /** Uses all functions of the module, with clients of {@link #client}. */
    abstract void useAll() throws Exception;

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
    void theShippedPermissionsSuffice() throws Exception {
        useAll();

        assertThat(refused).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("permissions")
    void withoutOneOfThemSomethingIsRefused(String resource, String verb) throws Exception {
        revoke(resource, verb);

        useAll();

        assertThat(refused).isNotEmpty();
    }

    /** Revokes one permission and waits until that is in effect. */
    void revoke(String resource, String verb) {
        cluster.apply(without(cluster.manifest("rbac.yaml"), resource, verb));
        await().atMost(Duration.ofSeconds(20)).until(() -> !isAllowed(resource, verb));
    }

    private static String without(String rbac, String resource, String verb) {
        String rule = "resources: [" + resource + "]\n    verbs: [";
        int start = rbac.indexOf(rule) + rule.length();
        assertThat(start).isGreaterThan(rule.length());
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
        String[] names = resource.split("/");
        Map<String, String> attributes =
                new HashMap<>(Map.of("namespace", cluster.namespace(), "verb", verb, "resource", names[0]));
        if (names.length > 1) {
            attributes.put("subresource", names[1]);
        }
        attributes.put(
                "group",
                Map.of("leases", "coordination.k8s.io", "jobs", "batch").getOrDefault(resource, ""));
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

    /** Returns a client with the worker's permissions that records refused requests. */
    KubernetesClient client() {
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
