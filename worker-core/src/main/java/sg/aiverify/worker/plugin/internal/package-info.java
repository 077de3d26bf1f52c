/** Finds the modules of the stages on the class path and in a directory of jars, and registers those added in code. */
@NullMarked
package sg.aiverify.worker.plugin.internal;

import org.jspecify.annotations.NullMarked;
