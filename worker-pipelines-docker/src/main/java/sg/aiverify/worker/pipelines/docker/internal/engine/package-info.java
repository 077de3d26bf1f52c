/** The Docker engine: its address, calls and their failures, streams, and the labels of the worker's objects. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.engine;

import org.jspecify.annotations.NullMarked;
