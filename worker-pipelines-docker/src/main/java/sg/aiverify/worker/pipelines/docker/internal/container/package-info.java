/** Containers of runs: created, some of them before the run, filled with inputs, and emptied of output. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.container;

import org.jspecify.annotations.NullMarked;
