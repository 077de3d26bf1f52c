/** The settings of both modules. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.settings;

import org.jspecify.annotations.NullMarked;
