package sg.aiverify.worker.pipelines.k8s.internal.client;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.util.List;
import java.util.Optional;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlRunFlags;

/**
 * The connection of one worker to the namespace of its runs. Thread-safe.
 *
 * @param client sends the requests; closed with the connection
 * @param namespace the namespace in which the worker creates the objects of its runs
 * @param worker the worker's name, which is also the label of the objects that it creates
 */
public record ClusterConnection(KubernetesClient client, String namespace, String worker) implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int RETRIES = 3;

    /**
     * Creates the connection. Uses the namespace in the settings, else the namespace of the kubeconfig.
     *
     * @param client a new client; closed if there is no namespace
     * @param set the namespace in the settings; empty if it is not set
     * @param worker the worker's name
     * @param missing the message for the operator if there is no namespace
     * @throws ConfigurationException if there is no namespace
     */
    public static ClusterConnection of(KubernetesClient client, Optional<String> set, String worker, String missing) {
        String namespace = set.orElseGet(client::getNamespace);
        if (namespace == null) {
            client.close();
            throw new ConfigurationException(missing);
        }
        return new ClusterConnection(client, namespace, worker);
    }

    /**
     * Opens a client for the cluster of the flags, else of the kubeconfig, else of the service account. Sends no
     * request.
     *
     * @throws ConfigurationException if the configuration cannot be read
     */
    public static KubernetesClient openClient(KubectlRunFlags flags) {
        try {
            Config read = flags.kubeconfig()
                    .map(file -> Config.fromKubeconfig(flags.context().orElse(null), usable(file)))
                    .orElseGet(() -> Config.autoConfigure(flags.context().orElse(null)));
            Config bounded = new ConfigBuilder(read)
                    .withRequestRetryBackoffLimit(RETRIES)
                    .withConnectionTimeout(TIMEOUT_MILLIS)
                    .withRequestTimeout(TIMEOUT_MILLIS)
                    .build();
            return new KubernetesClientBuilder().withConfig(bounded).build();
        } catch (RuntimeException e) { // fabric8 does not have a specific exception for this
            throw new ConfigurationException(
                    List.of("The cluster's configuration (kubeconfig or service account) cannot be read: "
                            + e.getMessage()),
                    e);
        }
    }

    /** Returns the file as the library needs it; throws ConfigurationException if the JVM cannot pass on its name. */
    private static File usable(String file) {
        if (!FileNames.isPassable(file)) {
            throw new ConfigurationException("The kubeconfig '" + file + "' cannot be read: "
                    + FileNames.limit().orElseThrow());
        }
        return new File(file);
    }

    @Override
    public void close() {
        client.close();
    }
}
