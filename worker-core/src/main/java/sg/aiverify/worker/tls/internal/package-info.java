/** TLS contexts from the settings: the trusted authorities, and the certificate to present. */
@NullMarked
package sg.aiverify.worker.tls.internal;

import org.jspecify.annotations.NullMarked;
