/** What only the worker and its own modules need of files: directory trees, locks, hashes. */
@NullMarked
package sg.aiverify.worker.files.internal;

import org.jspecify.annotations.NullMarked;
