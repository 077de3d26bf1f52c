/** Python: the interpreter, the runner of algorithms, and processes that leave nothing behind. */
@NullMarked
package sg.aiverify.worker.python;

import org.jspecify.annotations.NullMarked;
