/** The demonstration: runs several samples, shows their progress, and whether each ended as expected. */
@NullMarked
package sg.aiverify.worker.app.demo;

import org.jspecify.annotations.NullMarked;
