/** The containers of runs, some of which are created before their run; their inputs and their output. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.container;

import org.jspecify.annotations.NullMarked;
