/** Reads untrusted JSON into Gson trees without any loss, and checks it against JSON Schemas. */
@NullMarked
package sg.aiverify.worker.json.internal;

import org.jspecify.annotations.NullMarked;
