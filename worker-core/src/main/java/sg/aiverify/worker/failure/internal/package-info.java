/** Outages and formatted counts, for the worker and the modules that come with it. */
@NullMarked
package sg.aiverify.worker.failure.internal;

import org.jspecify.annotations.NullMarked;
