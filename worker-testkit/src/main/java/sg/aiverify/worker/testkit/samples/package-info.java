/** Algorithms, models and data for tests and the demo: algorithms that compute, and algorithms that misbehave. */
@NullMarked
package sg.aiverify.worker.testkit.samples;

import org.jspecify.annotations.NullMarked;
