/** The demonstration: several sample runs, shown while they go, and whether each ended as it should. */
@NullMarked
package sg.aiverify.worker.app.demo;

import org.jspecify.annotations.NullMarked;
