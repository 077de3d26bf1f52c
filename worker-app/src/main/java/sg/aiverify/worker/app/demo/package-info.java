/** The demonstration: runs several samples, shows their progress, and shows whether each run ended as expected. */
@NullMarked
package sg.aiverify.worker.app.demo;

import org.jspecify.annotations.NullMarked;
