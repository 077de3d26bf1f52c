/** Listeners for the events of runs. */
@NullMarked
package sg.aiverify.worker.listener;

import org.jspecify.annotations.NullMarked;
