/** The log lines of the runnable worker, as text or as ECS JSON. */
@NullMarked
package sg.aiverify.worker.app.logging;

import org.jspecify.annotations.NullMarked;
