/** The pipeline {@code kubectl_run}: algorithms in pods of a Kubernetes cluster. */
@NullMarked
package sg.aiverify.worker.pipelines.k8s;

import org.jspecify.annotations.NullMarked;
