/** Images: their names, missing requirements and builds, and the registry through which workers share them. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.image;

import org.jspecify.annotations.NullMarked;
