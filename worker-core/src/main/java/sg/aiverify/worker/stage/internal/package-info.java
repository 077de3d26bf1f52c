/** The six modules of a worker. */
@NullMarked
package sg.aiverify.worker.stage.internal;

import org.jspecify.annotations.NullMarked;
