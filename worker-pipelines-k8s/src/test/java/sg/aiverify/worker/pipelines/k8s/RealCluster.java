package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;

/** A cluster, set by system properties, and a namespace for one test. Its workers have a worker's permissions. */
final class RealCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(2);
    static final Path MANIFESTS = Path.of("src", "main", "kubernetes");

    private static final String ACCOUNT = "aiverify-worker";

    private final KubernetesClient admin;
    private final String namespace = System.getProperty("cluster.namespace", "aiverify-pods");
    private final String image =
            System.getProperty("cluster.image", "docker.io/library/aiverify-test-engine-worker-base:latest");

    RealCluster() {
        String kubeconfig = System.getProperty("cluster.kubeconfig");
        assertThat(kubeconfig).as("the system property cluster.kubeconfig").isNotBlank();
        admin = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(new File(kubeconfig)))
                .build();
        admin.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                        .endMetadata()
                        .build())
                .serverSideApply();
        apply(manifest("rbac.yaml"));
        apply(manifest("networkpolicy.yaml"));
        awaitQuiet();
    }

    KubernetesClient admin() {
        return admin;
    }

    String namespace() {
        return namespace;
    }

    String image() {
        return image;
    }

    /** Returns a shipped manifest, changed only in its namespace. */
    String manifest(String name) {
        try {
            return Files.readString(MANIFESTS.resolve(name)).replace("namespace: aiverify", "namespace: " + namespace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void apply(String yaml) {
        admin.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .serverSideApply();
    }

    /** Returns the configuration of a client that has only the shipped permissions. */
    Config workerConfig() {
        String answer = admin.raw(
                "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + ACCOUNT + "/token",
                "POST",
                Map.of("apiVersion", "authentication.k8s.io/v1", "kind", "TokenRequest", "spec", Map.of()));
        String token = JsonParser.parseString(answer)
                .getAsJsonObject()
                .getAsJsonObject("status")
                .get("token")
                .getAsString();
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(admin.getMasterUrl().toString())
                .withCaCertData(admin.getConfiguration().getCaCertData())
                .withOauthToken(token)
                .withNamespace(namespace)
                .build();
    }

    /** Writes this configuration to a file for a worker. */
    Path workerKubeconfig(Path directory) {
        Config config = workerConfig();
        String yaml = """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: "%s"}}]
                users: [{name: u, user: {token: "%s"}}]
                contexts: [{name: x, context: {cluster: c, user: u, namespace: "%s"}}]
                current-context: x
                """.formatted(config.getMasterUrl(), config.getCaCertData(), config.getOauthToken(), namespace);
        try {
            return Files.writeString(directory.resolve("kubeconfig"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the settings of a worker; more flags of kubectl run may be added. */
    Map<String, String> settings(Path kubeconfig, String flags, Map<String, String> more) {
        Map<String, String> settings = new TreeMap<>(Map.of(
                "KUBECTL_REGISTRY", "",
                "KUBECTL_RUN_AS_USER", "1000",
                "KUBECTL_MEMORY_REQUEST", "64Mi",
                "KUBECTL_CPU_REQUEST", "50m",
                "KUBECTL_RUN_EXTRA_ARGS",
                        ("--namespace=" + namespace + " --image-pull-policy=IfNotPresent --kubeconfig=" + kubeconfig
                                        + " " + flags)
                                .strip()));
        settings.putAll(more);
        return settings;
    }

    List<Pod> pods() {
        return admin.pods().inNamespace(namespace).list().getItems();
    }

    List<Job> jobs() {
        return admin.batch().v1().jobs().inNamespace(namespace).list().getItems();
    }

    /** Returns the pod of a run; waits until it is created. */
    Pod awaitPodOf(String runId) {
        await().atMost(PATIENCE).until(() -> !podsOf(runId).isEmpty());
        return podsOf(runId).get(0);
    }

    List<Pod> podsOf(String runId) {
        return admin.pods()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.RUN, runId)
                .list()
                .getItems();
    }

    /** Lists the objects that workers and their runs create. */
    List<String> listing() {
        List<String> all = new ArrayList<>();
        pods().forEach(pod -> all.add("pod " + pod.getMetadata().getName()));
        jobs().forEach(job -> all.add("job " + job.getMetadata().getName()));
        admin.leases()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(lease -> all.add("lease " + lease.getMetadata().getName()));
        admin.secrets()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(secret -> all.add("secret " + secret.getMetadata().getName()));
        admin.configMaps()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(map -> all.add("config map " + map.getMetadata().getName()));
        admin.persistentVolumeClaims()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(claim -> all.add("claim " + claim.getMetadata().getName()));
        return all.stream().sorted().toList();
    }

    /** Disturbs the cluster itself, by the script in the property {@code cluster.disturb}. */
    static void disturb(String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(System.getProperty("cluster.disturb"), what)
                .inheritIO()
                .start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    /** Waits for the deletion of pods of earlier tests. */
    private void awaitQuiet() {
        admin.batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .delete();
        admin.pods()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .withGracePeriod(0)
                .delete();
        admin.leases()
                .inNamespace(namespace)
                .withLabel(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                .delete();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(pods()).isEmpty());
    }

    @Override
    public void close() {
        admin.close();
    }
}
