/** Calls all listeners of a worker. */
@NullMarked
package sg.aiverify.worker.listener.internal;

import org.jspecify.annotations.NullMarked;
