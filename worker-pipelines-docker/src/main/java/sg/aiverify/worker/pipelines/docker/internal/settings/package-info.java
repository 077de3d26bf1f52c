/** The settings of both modules. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.settings;

import org.jspecify.annotations.NullMarked;
