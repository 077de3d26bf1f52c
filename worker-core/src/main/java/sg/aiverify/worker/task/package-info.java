/** The test-run task as the gateway writes it, parsed and checked. */
@NullMarked
package sg.aiverify.worker.task;

import org.jspecify.annotations.NullMarked;
