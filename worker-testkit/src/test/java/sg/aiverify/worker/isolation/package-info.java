/** Algorithms that try to get out, in every sandbox that this machine offers. */
@NullMarked
package sg.aiverify.worker.isolation;

import org.jspecify.annotations.NullMarked;
