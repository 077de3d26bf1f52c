/** What is downloaded or built once and used by many runs, shared by all worker processes on a data directory. */
@NullMarked
package sg.aiverify.worker.cache;

import org.jspecify.annotations.NullMarked;
