/** Cleanup: removes the containers and volumes of dead workers, and unused images. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import org.jspecify.annotations.NullMarked;
