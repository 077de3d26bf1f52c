/** Algorithms, models and data to run tests and the demo with: good ones that compute, and bad ones that misbehave. */
@NullMarked
package sg.aiverify.worker.testkit.samples;

import org.jspecify.annotations.NullMarked;
