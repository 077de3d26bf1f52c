/** A gateway for tests and the demo that keeps to the rules of the real one to the letter and records every breach. */
@NullMarked
package sg.aiverify.worker.testkit.gateway;

import org.jspecify.annotations.NullMarked;
