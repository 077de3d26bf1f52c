/** The metrics of the worker, for Prometheus. */
@NullMarked
package sg.aiverify.worker.app.metrics;

import org.jspecify.annotations.NullMarked;
