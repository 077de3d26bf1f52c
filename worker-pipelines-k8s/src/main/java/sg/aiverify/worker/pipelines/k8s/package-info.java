/**
 * The modules for Kubernetes. {@code kubectl_run} runs algorithms in pods, and copies their inputs and results over the
 * API server. {@code kubectl_run2} runs them in Jobs on a shared volume. {@code kube_upload} checks the results that
 * those Jobs have uploaded. Each package depends only on those before it: {@code settings}, {@code client},
 * {@code pod}, {@code job}, {@code cleanup}, and this one.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s;

import org.jspecify.annotations.NullMarked;
