/** One run while it is going: its task, its own directory, its progress and its cancellation. */
@NullMarked
package sg.aiverify.worker.run;

import org.jspecify.annotations.NullMarked;
