package sg.aiverify.worker.pipelines.k8s;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows all pods of one worker by a single watch. An informer lists again whenever its watch breaks, so what is seen
 * here is late at worst, never lost. Thread-safe.
 */
final class WorkerPods implements AutoCloseable {
    private final KubernetesClient client;
    private final String namespace;
    private final String worker;
    private final Map<String, PodWatch> watches = new ConcurrentHashMap<>();
    private @Nullable SharedIndexInformer<Pod> informer;

    /**
     * Prepares to follow; the first pod starts it.
     *
     * @param client talks to the API server
     * @param namespace where the pods are
     * @param worker the label of the pods
     */
    WorkerPods(KubernetesClient client, String namespace, String worker) {
        this.client = client;
        this.namespace = namespace;
        this.worker = worker;
    }

    /**
     * Follows a pod, from before it is created: so nothing of it is missed.
     *
     * @param wanted a pod with this worker's label
     * @return shows what becomes of it
     * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server does not answer
     */
    PodWatch follow(Pod wanted) {
        start();
        PodWatch watch = new PodWatch(wanted);
        watches.put(wanted.getMetadata().getName(), watch);
        return watch;
    }

    /** Follows a pod no longer. */
    void leave(String name) {
        watches.remove(name);
    }

    private synchronized void start() {
        if (informer == null || !informer.isRunning()) {
            informer = client.pods()
                    .inNamespace(namespace)
                    .withLabel(PodManifest.WORKER, worker)
                    .inform(new Handler());
        }
    }

    private void tell(Pod pod, BiConsumer<PodWatch, Pod> what) {
        PodWatch watch = watches.get(pod.getMetadata().getName());
        if (watch != null) {
            what.accept(watch, pod);
        }
    }

    @Override
    public synchronized void close() {
        if (informer != null) {
            informer.stop();
        }
    }

    private final class Handler implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            tell(pod, PodWatch::seen);
        }

        @Override
        public void onUpdate(Pod before, Pod pod) {
            tell(pod, PodWatch::seen);
        }

        @Override
        public void onDelete(Pod pod, boolean isUnknown) {
            tell(pod, PodWatch::seenGone);
        }
    }
}
