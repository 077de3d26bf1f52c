/**
 * One pod for one run of {@code kubectl_run}: its manifest, its commands, and the files that are copied into and out of
 * it. The Jobs of {@code kubectl_run2} also use the manifest and the explanations of failures.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.pod;

import org.jspecify.annotations.NullMarked;
