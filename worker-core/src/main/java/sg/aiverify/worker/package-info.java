/**
 * The worker as a library: {@link sg.aiverify.worker.Worker} is what embedders use,
 * {@code WorkerAssembly} puts its parts together.
 */
@NullMarked
package sg.aiverify.worker;

import org.jspecify.annotations.NullMarked;
