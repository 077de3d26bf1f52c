/** Tests of the samples: that they are complete, run in the real engine, and compute what they say. */
@NullMarked
package sg.aiverify.worker.testkit.samples;

import org.jspecify.annotations.NullMarked;
