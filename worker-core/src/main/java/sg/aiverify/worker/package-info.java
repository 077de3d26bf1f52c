/**
 * The worker as a library: embedders use {@link sg.aiverify.worker.Worker}; {@code WorkerAssembly} assembles its parts.
 */
@NullMarked
package sg.aiverify.worker;

import org.jspecify.annotations.NullMarked;
