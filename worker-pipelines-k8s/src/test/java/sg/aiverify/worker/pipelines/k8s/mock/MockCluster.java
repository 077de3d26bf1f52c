package sg.aiverify.worker.pipelines.k8s.mock;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.util.HashMap;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;

/** An API server that stores objects, and runs nothing. */
public final class MockCluster implements AutoCloseable {
    public static final String NAMESPACE = "aiverify";

    // Kept, since the log level would be lost with the logger: the server logs every request.
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver");

    static {
        SERVER_LOG.setLevel(Level.WARNING);
    }

    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
    private final NamespacedKubernetesClient client;

    public MockCluster() {
        server.init();
        client = server.createClient();
    }

    /** Returns a client, which the caller closes. */
    public KubernetesClient newClient() {
        return server.createClient();
    }

    public KubernetesClient client() {
        return client;
    }

    /** Returns the connection of a worker; closed with this. */
    public ClusterConnection connection(String worker) {
        return new ClusterConnection(client, NAMESPACE, worker);
    }

    public List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems();
    }

    public List<String> leases() {
        return client.leases().inNamespace(NAMESPACE).list().getItems().stream()
                .map(lease -> lease.getMetadata().getName())
                .toList();
    }

    public void tell(Pod pod, PodStatus status) {
        client.pods()
                .inNamespace(NAMESPACE)
                .withName(pod.getMetadata().getName())
                .editStatus(there -> there.edit().withStatus(status).build());
    }

    @Override
    public void close() {
        client.close();
        try {
            server.destroy();
        } catch (IllegalStateException e) {
            // Its shutdown gives up after 10 s if a watch was just cut; the process ends soon anyway.
            SERVER_LOG.log(Level.WARNING, "The mock server did not close in time", e);
        }
    }
}
