/** The interfaces for modules: the six stages of a run, their parameters and results, and the providers of modules. */
@NullMarked
package sg.aiverify.worker.stage;

import org.jspecify.annotations.NullMarked;
