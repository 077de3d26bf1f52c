/** Who hears what becomes of a test run. */
@NullMarked
package sg.aiverify.worker.listener;

import org.jspecify.annotations.NullMarked;
