/** Images: their names, what they lack, how they are built, and the registry they are shared through. */
@NullMarked
package sg.aiverify.worker.pipelines.docker.internal.image;

import org.jspecify.annotations.NullMarked;
