/** Files that a run leaves: taken away from it and opened so that no link leads to what is not its own. */
@NullMarked
package sg.aiverify.worker.handover;

import org.jspecify.annotations.NullMarked;
