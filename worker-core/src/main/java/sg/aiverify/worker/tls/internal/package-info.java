/** TLS as configured: whom to trust, and what to show. */
@NullMarked
package sg.aiverify.worker.tls.internal;

import org.jspecify.annotations.NullMarked;
