/** A real Python with the real engine, for tests and the demo. */
@NullMarked
package sg.aiverify.worker.testkit.python;

import org.jspecify.annotations.NullMarked;
