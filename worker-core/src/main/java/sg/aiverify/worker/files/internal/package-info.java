/** File tools of the worker and its own modules: directory trees, locks, hashes. */
@NullMarked
package sg.aiverify.worker.files.internal;

import org.jspecify.annotations.NullMarked;
