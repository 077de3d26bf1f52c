/** What can go wrong, sorted by who must act, and the text that tells it. */
@NullMarked
package sg.aiverify.worker.failure;

import org.jspecify.annotations.NullMarked;
