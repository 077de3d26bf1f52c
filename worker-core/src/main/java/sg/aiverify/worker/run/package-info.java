/** The run in progress: its task, its work directory, its progress and its cancellation. */
@NullMarked
package sg.aiverify.worker.run;

import org.jspecify.annotations.NullMarked;
