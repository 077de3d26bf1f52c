/**
 * The modules {@code docker_build} and {@code docker_run}: an image for each algorithm, a container for each run.
 *
 * <p>Of the sub-packages {@code settings}, {@code engine} and {@code image}, each depends only on those before it.
 * {@code container} and {@code cleanup} depend on these three, but not on each other. This package connects them.
 */
@NullMarked
package sg.aiverify.worker.pipelines.docker;

import org.jspecify.annotations.NullMarked;
