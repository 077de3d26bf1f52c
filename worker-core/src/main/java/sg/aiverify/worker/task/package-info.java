/** The task of a test run, and its parser, which reads and checks tasks in the gateway's format. */
@NullMarked
package sg.aiverify.worker.task;

import org.jspecify.annotations.NullMarked;
