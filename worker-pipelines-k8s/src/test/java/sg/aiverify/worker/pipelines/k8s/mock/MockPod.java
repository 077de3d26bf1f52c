package sg.aiverify.worker.pipelines.k8s.mock;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.dsl.MockServerExpectation;
import sg.aiverify.worker.pipelines.k8s.internal.settings.PodTemplateFile;

/** A pod that is ready, at an API server that responds to the commands that a test expects. */
public final class MockPod implements AutoCloseable {
    /** The pod, with a memory limit of 256Mi. */
    public static final Pod POD = new PodBuilder()
            .withNewMetadata()
            .withName("run")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName(PodTemplateFile.CONTAINER)
            .withNewResources()
            .addToLimits("memory", new Quantity("256Mi"))
            .endResources()
            .endContainer()
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .endStatus()
            .build();

    private static final String PATH = "/api/v1/namespaces/" + MockCluster.NAMESPACE + "/pods/run";

    private final KubernetesMockServer server = new KubernetesMockServer(false);
    private final NamespacedKubernetesClient client;

    public MockPod() {
        server.init();
        server.expect().get().withPath(PATH).andReturn(200, POD).always();
        // Only the retries of the tested code, none of the client.
        client = server.createClient(builder ->
                builder.editOrNewConfig().withRequestRetryBackoffLimit(0).endConfig());
    }

    /** Returns the path of the request for a command, whose words are encoded as in a URL. */
    public static String command(String... words) {
        return PATH + "/exec?command=" + String.join("&command=", words) + "&container=" + PodTemplateFile.CONTAINER
                + "&stdin=true&stdout=true&stderr=true";
    }

    public MockServerExpectation expect() {
        return server.expect();
    }

    public PodResource resource() {
        return client.pods().inNamespace(MockCluster.NAMESPACE).withName("run");
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }
}
