/** A real, private Valkey or Redis server for tests and the demo. */
@NullMarked
package sg.aiverify.worker.testkit.valkey;

import org.jspecify.annotations.NullMarked;
