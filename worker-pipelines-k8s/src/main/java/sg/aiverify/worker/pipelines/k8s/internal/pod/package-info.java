/**
 * One pod for one run of {@code kubectl_run}: its manifest, the commands in it, and the files copied in and out. The Jobs
 * of {@code kubectl_run2} use the manifest and the explanations of failures as well.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.pod;

import org.jspecify.annotations.NullMarked;
