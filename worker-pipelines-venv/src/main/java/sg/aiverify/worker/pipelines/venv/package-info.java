/**
 * The modules {@code virtual_env} and {@code virtual_env_execute}: algorithms in Python processes on this machine.
 *
 * <p>Read {@code VirtualEnvBuildProvider} and {@code VirtualEnvBuild} first: which environment an algorithm gets. What
 * that takes is in {@code EnvironmentTools}: {@code Requirements} are read, packages installed, {@code EnvironmentLinks}
 * checked, each by a Python script or an installer in its sandbox. {@code VirtualEnvExecuteProvider} and
 * {@code VirtualEnvExecute} come last: they run an algorithm in the {@code VirtualEnvironment} that was built.
 */
@NullMarked
package sg.aiverify.worker.pipelines.venv;

import org.jspecify.annotations.NullMarked;
