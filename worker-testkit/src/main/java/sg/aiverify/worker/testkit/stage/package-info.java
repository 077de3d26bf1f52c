/** What a single stage's module is tested with: the host and the run that a worker would give it. */
@NullMarked
package sg.aiverify.worker.testkit.stage;

import org.jspecify.annotations.NullMarked;
