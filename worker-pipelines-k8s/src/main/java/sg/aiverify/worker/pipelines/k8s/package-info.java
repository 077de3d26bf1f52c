/**
 * The modules for Kubernetes. {@code kubectl_run} runs algorithms in pods, and copies their inputs and results over the
 * API server. {@code kubectl_run2} runs them in Jobs on a shared volume. {@code kube_upload} checks the results that
 * those Jobs have uploaded.
 *
 * <p>Of the packages {@code settings}, {@code client}, {@code pod}, {@code job}, {@code cleanup} and this one, each
 * depends only on those before it.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s;

import org.jspecify.annotations.NullMarked;
