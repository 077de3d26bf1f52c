/** Test suites that every implementation of a contract of worker-core must pass. */
@NullMarked
package sg.aiverify.worker.testkit.contract;

import org.jspecify.annotations.NullMarked;
