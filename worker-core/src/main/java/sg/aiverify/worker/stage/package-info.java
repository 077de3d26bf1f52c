/** The pipeline SPI: the six stages of a run, the values that pass between them, and how a provider is found. */
@NullMarked
package sg.aiverify.worker.stage;

import org.jspecify.annotations.NullMarked;
