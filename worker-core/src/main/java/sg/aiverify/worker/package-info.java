/**
 * The worker as a library. Embedding programs use {@link sg.aiverify.worker.Worker}, whose parts {@code WorkerAssembly}
 * assembles.
 */
@NullMarked
package sg.aiverify.worker;

import org.jspecify.annotations.NullMarked;
