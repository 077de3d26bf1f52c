/** What runs need: an end for all that they have opened, pauses that grow, and threads. */
@NullMarked
package sg.aiverify.worker.run.internal;

import org.jspecify.annotations.NullMarked;
