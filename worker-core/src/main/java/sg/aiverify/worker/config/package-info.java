/** The worker's settings: their names, allowed values and defaults, and the origins of their values. */
@NullMarked
package sg.aiverify.worker.config;

import org.jspecify.annotations.NullMarked;
