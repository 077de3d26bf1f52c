/** A single run from the command line, on local files, without queue and gateway. */
@NullMarked
package sg.aiverify.worker.app.local;

import org.jspecify.annotations.NullMarked;
