/** The task queue on a Valkey or Redis stream, shared with all workers of the consumer group. */
@NullMarked
package sg.aiverify.worker.queue.valkey.internal;

import org.jspecify.annotations.NullMarked;
