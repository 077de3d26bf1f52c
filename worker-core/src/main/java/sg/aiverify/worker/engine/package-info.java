/** Processes tasks: receives them, runs their stages, reports the end of each run, and settles its delivery. */
@NullMarked
package sg.aiverify.worker.engine;

import org.jspecify.annotations.NullMarked;
