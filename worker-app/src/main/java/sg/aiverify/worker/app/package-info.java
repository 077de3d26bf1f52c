/** The runnable worker: command line, signals and exit codes, and the wiring of all parts. */
@NullMarked
package sg.aiverify.worker.app;

import org.jspecify.annotations.NullMarked;
