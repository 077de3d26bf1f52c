/** Named settings: what can be set, what it may be, and where a value came from. */
@NullMarked
package sg.aiverify.worker.config;

import org.jspecify.annotations.NullMarked;
