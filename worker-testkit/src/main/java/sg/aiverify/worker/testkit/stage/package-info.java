/**
 * Support for tests of a single stage's module: the context and the run that a worker would provide. Also contains
 * modules that need no Python, for tests of the worker itself.
 */
@NullMarked
package sg.aiverify.worker.testkit.stage;

import org.jspecify.annotations.NullMarked;
