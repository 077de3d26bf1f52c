/** What only the worker and its own modules need of failures: outages, and numbers with their units. */
@NullMarked
package sg.aiverify.worker.failure.internal;

import org.jspecify.annotations.NullMarked;
