/** Images: their names, their builds, the requirements that they do not meet, and the registry that workers share. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.image;

import org.jspecify.annotations.NullMarked;
