/**
 * The modules {@code kubectl_run}, algorithms in pods of a Kubernetes cluster that this worker feeds and reads;
 * {@code kubectl_run2}, algorithms in Jobs on a shared volume; and {@code kube_upload}, which checks what those Jobs
 * have uploaded themselves.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s;

import org.jspecify.annotations.NullMarked;
