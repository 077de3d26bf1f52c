/** The pipelines {@code docker_build} and {@code docker_run}: an image for each algorithm, a container for each run. */
@NullMarked
package sg.aiverify.worker.pipelines.docker;

import org.jspecify.annotations.NullMarked;
