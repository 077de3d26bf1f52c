/** Tests that the samples are complete, run in the real engine, and compute correct results. */
@NullMarked
package sg.aiverify.worker.testkit.samples;

import org.jspecify.annotations.NullMarked;
