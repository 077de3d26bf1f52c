/** What tests need of the machine they run on, and how they are skipped where it is missing. */
@NullMarked
package sg.aiverify.worker.testkit.machine;

import org.jspecify.annotations.NullMarked;
