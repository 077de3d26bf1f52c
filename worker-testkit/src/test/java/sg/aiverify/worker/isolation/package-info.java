/** Tests of algorithms that try to break out of each sandbox that this machine offers. */
@NullMarked
package sg.aiverify.worker.isolation;

import org.jspecify.annotations.NullMarked;
