/** The cache of downloads on disk. */
@NullMarked
package sg.aiverify.worker.cache.internal;

import org.jspecify.annotations.NullMarked;
