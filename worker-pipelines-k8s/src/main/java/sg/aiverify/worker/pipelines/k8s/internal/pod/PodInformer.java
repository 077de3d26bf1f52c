package sg.aiverify.worker.pipelines.k8s.internal.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.pipelines.k8s.internal.client.ChangeHandler;
import sg.aiverify.worker.pipelines.k8s.internal.client.ClusterConnection;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;

/** Follows all pods of one worker with a single informer. Thread-safe. */
public final class PodInformer implements AutoCloseable {
    private final KubernetesClient client;
    private final String namespace;
    private final String worker;
    private final Map<String, PodWatch> watches = new ConcurrentHashMap<>();
    private @Nullable SharedIndexInformer<Pod> informer;

    /**
     * Creates an informer without sending a request; the first pod starts it.
     *
     * @param connection the namespace and the worker of the pods
     */
    public PodInformer(ClusterConnection connection) {
        this.client = connection.client();
        this.namespace = connection.namespace();
        this.worker = connection.worker();
    }

    /**
     * Follows a pod. Call it before the pod is created, so that no change is missed.
     *
     * @param pod the pod to be created, with this worker's label
     * @return the watch with the latest state of the pod
     * @throws io.fabric8.kubernetes.client.KubernetesClientException if the informer cannot be started
     */
    public PodWatch follow(Pod pod) {
        start();
        PodWatch watch = new PodWatch(pod);
        watches.put(pod.getMetadata().getName(), watch);
        return watch;
    }

    /** Stops following a pod. */
    public void leave(String name) {
        watches.remove(name);
    }

    private synchronized void start() {
        if (informer == null || !informer.isRunning()) {
            informer = client.pods()
                    .inNamespace(namespace)
                    .withLabel(WorkerLabels.WORKER, worker)
                    .inform(new ChangeHandler<>(pod -> true, this::report));
        }
    }

    private void report(Pod pod, boolean isGone) {
        PodWatch watch = watches.get(pod.getMetadata().getName());
        if (watch != null && isGone) {
            watch.seenGone(pod);
        } else if (watch != null) {
            watch.seen(pod);
        }
    }

    @Override
    public synchronized void close() {
        if (informer != null) {
            informer.stop();
        }
    }
}
