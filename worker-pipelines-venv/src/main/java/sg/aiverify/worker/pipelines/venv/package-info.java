/** The pipelines {@code virtual_env} and {@code virtual_env_execute}: algorithms in Python processes on this machine. */
@NullMarked
package sg.aiverify.worker.pipelines.venv;

import org.jspecify.annotations.NullMarked;
