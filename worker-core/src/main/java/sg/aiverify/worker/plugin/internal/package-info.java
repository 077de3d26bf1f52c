/** Finds modules on the class path and in a directory of jars, and creates the modules that the settings select. */
@NullMarked
package sg.aiverify.worker.plugin.internal;

import org.jspecify.annotations.NullMarked;
