/**
 * The modules {@code docker_build} and {@code docker_run}: an image for each algorithm, a container for each run.
 *
 * <p>Each sub-package depends only on those before it: {@code settings}, {@code engine}, {@code image}, and on these
 * {@code container} and {@code cleanup}, which do not know each other. This package connects them.
 */
@NullMarked
package sg.aiverify.worker.pipelines.docker;

import org.jspecify.annotations.NullMarked;
