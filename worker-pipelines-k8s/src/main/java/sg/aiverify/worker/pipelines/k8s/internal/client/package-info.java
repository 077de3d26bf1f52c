/**
 * The connection to the API server: how it is opened, which permissions it needs, and what its errors mean.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.client;

import org.jspecify.annotations.NullMarked;
