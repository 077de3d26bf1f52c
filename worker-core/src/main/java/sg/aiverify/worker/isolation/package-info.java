/** Isolation of algorithms that run as processes on this machine: sandboxes, control groups, limits, and what holds. */
@NullMarked
package sg.aiverify.worker.isolation;

import org.jspecify.annotations.NullMarked;
