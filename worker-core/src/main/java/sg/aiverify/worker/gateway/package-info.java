/** The client of the AI Verify API gateway: its files, test runs and results. */
@NullMarked
package sg.aiverify.worker.gateway;

import org.jspecify.annotations.NullMarked;
