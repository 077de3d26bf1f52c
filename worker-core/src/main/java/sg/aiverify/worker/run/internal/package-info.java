/** Closes what a run has opened. */
@NullMarked
package sg.aiverify.worker.run.internal;

import org.jspecify.annotations.NullMarked;
