/** Files and directories, including those of untrusted code: locks between processes, trees, archives, results. */
@NullMarked
package sg.aiverify.worker.files;

import org.jspecify.annotations.NullMarked;
