/** The requirements of tests on their machine. Tests whose requirements are not met are skipped. */
@NullMarked
package sg.aiverify.worker.testkit.machine;

import org.jspecify.annotations.NullMarked;
