/** Code that all queues share. */
@NullMarked
package sg.aiverify.worker.queue.internal;

import org.jspecify.annotations.NullMarked;
