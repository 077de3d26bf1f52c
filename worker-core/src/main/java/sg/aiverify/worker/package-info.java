/**
 * The worker as a library: {@link sg.aiverify.worker.Worker} puts everything together.
 */
@NullMarked
package sg.aiverify.worker;

import org.jspecify.annotations.NullMarked;
