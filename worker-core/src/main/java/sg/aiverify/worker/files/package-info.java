/** Zip archives and the files of untrusted code: extraction within limits, and access that no link can redirect. */
@NullMarked
package sg.aiverify.worker.files;

import org.jspecify.annotations.NullMarked;
