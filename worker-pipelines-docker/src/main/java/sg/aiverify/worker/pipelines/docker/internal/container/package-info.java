/** The containers of runs: their creation, in part before the run, their inputs and their output. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.container;

import org.jspecify.annotations.NullMarked;
