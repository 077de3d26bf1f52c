/** Finds the modules of the stages: on the class path, in a directory of jars, or given in code. */
@NullMarked
package sg.aiverify.worker.plugin.internal;

import org.jspecify.annotations.NullMarked;
