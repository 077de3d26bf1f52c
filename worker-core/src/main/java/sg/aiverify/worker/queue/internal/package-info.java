/** What all queues have in common. */
@NullMarked
package sg.aiverify.worker.queue.internal;

import org.jspecify.annotations.NullMarked;
