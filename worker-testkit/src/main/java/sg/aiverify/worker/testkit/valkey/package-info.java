/** A real Valkey or Redis server of one's own, for tests and the demo. */
@NullMarked
package sg.aiverify.worker.testkit.valkey;

import org.jspecify.annotations.NullMarked;
