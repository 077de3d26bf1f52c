/** The settings of the Docker modules. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.settings;

import org.jspecify.annotations.NullMarked;
