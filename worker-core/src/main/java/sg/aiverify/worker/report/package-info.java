/** Who is told what becomes of a test run. */
@NullMarked
package sg.aiverify.worker.report;

import org.jspecify.annotations.NullMarked;
