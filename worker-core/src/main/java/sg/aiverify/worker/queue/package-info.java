/** The queue of tasks, with leases. */
@NullMarked
package sg.aiverify.worker.queue;

import org.jspecify.annotations.NullMarked;
