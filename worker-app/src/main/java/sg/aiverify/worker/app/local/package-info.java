/** One run from the command line, on files of this machine, without queue and gateway. */
@NullMarked
package sg.aiverify.worker.app.local;

import org.jspecify.annotations.NullMarked;
