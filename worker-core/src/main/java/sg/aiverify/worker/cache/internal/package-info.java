/** The implementation of the cache on disk. */
@NullMarked
package sg.aiverify.worker.cache.internal;

import org.jspecify.annotations.NullMarked;
