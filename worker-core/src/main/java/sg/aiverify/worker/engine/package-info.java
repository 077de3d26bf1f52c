/** The way of a task: received, run stage by stage, reported, and settled with the queue. */
@NullMarked
package sg.aiverify.worker.engine;

import org.jspecify.annotations.NullMarked;
