/** The HTTP client of the gateway, and its settings. */
@NullMarked
package sg.aiverify.worker.gateway.internal;

import org.jspecify.annotations.NullMarked;
