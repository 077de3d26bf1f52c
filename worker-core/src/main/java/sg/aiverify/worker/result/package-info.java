/** What is sent to the gateway for a run that succeeded. */
@NullMarked
package sg.aiverify.worker.result;

import org.jspecify.annotations.NullMarked;
