/**
 * Removes the pods, Jobs and directories of dead workers. A Lease shows that a worker is alive.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import org.jspecify.annotations.NullMarked;
