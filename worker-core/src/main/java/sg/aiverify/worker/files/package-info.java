/** Files and directories, also those that foreign code has made: locks between processes, trees, archives, results. */
@NullMarked
package sg.aiverify.worker.files;

import org.jspecify.annotations.NullMarked;
