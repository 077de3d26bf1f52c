/** Reading foreign JSON into Gson trees without losing or inventing anything. */
@NullMarked
package sg.aiverify.worker.json.internal;

import org.jspecify.annotations.NullMarked;
