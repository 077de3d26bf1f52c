/** The queue in memory, for embedders and tests. */
@NullMarked
package sg.aiverify.worker.queue.memory;

import org.jspecify.annotations.NullMarked;
