/** The AI Verify API gateway: its client, and the pipes that talk to it. */
@NullMarked
package sg.aiverify.worker.gateway;

import org.jspecify.annotations.NullMarked;
