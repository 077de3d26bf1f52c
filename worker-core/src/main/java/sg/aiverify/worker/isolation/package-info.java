/** Isolation of algorithms that run as processes on this machine: sandboxes, control groups and limits. */
@NullMarked
package sg.aiverify.worker.isolation;

import org.jspecify.annotations.NullMarked;
