/**
 * The connection to the API server, the permissions that it needs, and the meaning of its errors.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.client;

import org.jspecify.annotations.NullMarked;
