/** The isolation of algorithms that run as processes on this machine, with sandboxes, control groups and limits. */
@NullMarked
package sg.aiverify.worker.isolation;

import org.jspecify.annotations.NullMarked;
