/**
 * The cache of downloads and environments, shared by all runs and worker processes that use the same data directory.
 */
@NullMarked
package sg.aiverify.worker.cache;

import org.jspecify.annotations.NullMarked;
