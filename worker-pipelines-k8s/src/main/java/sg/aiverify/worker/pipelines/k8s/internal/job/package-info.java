/**
 * One Job for one run of {@code kubectl_run2}: its manifest, its directory on the shared volume, and its result.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.job;

import org.jspecify.annotations.NullMarked;
