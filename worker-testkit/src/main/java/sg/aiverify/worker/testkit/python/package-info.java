/** A real Python with the real engine, and plug-ins and data to run in it, for tests. */
@NullMarked
package sg.aiverify.worker.testkit.python;

import org.jspecify.annotations.NullMarked;
