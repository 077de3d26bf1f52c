/** The output of the command line: colours, tables and progress, on a terminal or in a pipe. */
@NullMarked
package sg.aiverify.worker.app.terminal;

import org.jspecify.annotations.NullMarked;
