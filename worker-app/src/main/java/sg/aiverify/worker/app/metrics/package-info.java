/** What the worker did and does, in numbers for Prometheus. */
@NullMarked
package sg.aiverify.worker.app.metrics;

import org.jspecify.annotations.NullMarked;
