/** The worker's exceptions and failures, which state who must act, and the texts that report them. */
@NullMarked
package sg.aiverify.worker.failure;

import org.jspecify.annotations.NullMarked;
