/** What only the worker and its own modules need of settings: secrets kept out of texts, and the nearest name. */
@NullMarked
package sg.aiverify.worker.config.internal;

import org.jspecify.annotations.NullMarked;
