/**
 * What a single stage's module is tested with: the host and the run that a worker would give it; and modules that need
 * no Python, for tests of what is around them.
 */
@NullMarked
package sg.aiverify.worker.testkit.stage;

import org.jspecify.annotations.NullMarked;
