/** The runnable worker: its command line, its signals and exit codes, and the wiring of everything else. */
@NullMarked
package sg.aiverify.worker.app;

import org.jspecify.annotations.NullMarked;
