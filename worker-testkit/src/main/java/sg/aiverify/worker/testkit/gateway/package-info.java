/** A gateway for tests and the demo that follows the rules of the real one exactly, and records every breach. */
@NullMarked
package sg.aiverify.worker.testkit.gateway;

import org.jspecify.annotations.NullMarked;
