/** The Docker engine: its address, its streams, calls and their failures, and the labels of the worker's objects. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.engine;

import org.jspecify.annotations.NullMarked;
