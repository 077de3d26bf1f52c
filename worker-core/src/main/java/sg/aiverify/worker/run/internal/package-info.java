/** Tools of runs: resources to close, back-off and threads. */
@NullMarked
package sg.aiverify.worker.run.internal;

import org.jspecify.annotations.NullMarked;
