/** The HTTP server for operators: liveness, readiness and metrics of the worker. */
@NullMarked
package sg.aiverify.worker.app.http;

import org.jspecify.annotations.NullMarked;
