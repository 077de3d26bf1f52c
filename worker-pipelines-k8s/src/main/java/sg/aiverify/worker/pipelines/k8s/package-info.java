/**
 * The modules for Kubernetes: {@code kubectl_run} runs algorithms in pods that the worker feeds and reads,
 * {@code kubectl_run2} in Jobs on a shared volume, and {@code kube_upload} checks what those Jobs have uploaded
 * themselves. The packages depend on each other in this order: {@code settings}, {@code client}, {@code pod},
 * {@code job}, {@code cleanup}, and this one.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s;

import org.jspecify.annotations.NullMarked;
