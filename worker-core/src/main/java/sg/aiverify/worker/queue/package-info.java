/** Where tasks come from: a queue with lease semantics. */
@NullMarked
package sg.aiverify.worker.queue;

import org.jspecify.annotations.NullMarked;
