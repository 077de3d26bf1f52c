/** The AI Verify API gateway: where its files, runs and results are reached over HTTP. */
@NullMarked
package sg.aiverify.worker.gateway;

import org.jspecify.annotations.NullMarked;
