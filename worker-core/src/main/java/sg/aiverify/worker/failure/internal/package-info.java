/** Records outages and formats counts, for the worker and the modules that belong to it. */
@NullMarked
package sg.aiverify.worker.failure.internal;

import org.jspecify.annotations.NullMarked;
