/** The task of a test run, as the gateway writes it: reads and checks it. */
@NullMarked
package sg.aiverify.worker.task;

import org.jspecify.annotations.NullMarked;
