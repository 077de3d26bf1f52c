/** Python: the interpreter, the runner of algorithms, and supervised processes that end with all their descendants. */
@NullMarked
package sg.aiverify.worker.python;

import org.jspecify.annotations.NullMarked;
