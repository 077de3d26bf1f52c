/** The Docker engine: its address, calls and their failures, streams, and the labels of what the worker creates. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.engine;

import org.jspecify.annotations.NullMarked;
