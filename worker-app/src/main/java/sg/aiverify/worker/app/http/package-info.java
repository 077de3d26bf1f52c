/** The operator's HTTP server: whether the worker lives, whether it takes tasks, and what it did. */
@NullMarked
package sg.aiverify.worker.app.http;

import org.jspecify.annotations.NullMarked;
