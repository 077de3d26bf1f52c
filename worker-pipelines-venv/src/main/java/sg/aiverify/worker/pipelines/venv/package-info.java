/**
 * The modules {@code virtual_env} and {@code virtual_env_execute}, which run algorithms in Python processes on this
 * machine.
 *
 * <p>Read {@code VirtualEnvBuildProvider} and {@code VirtualEnvBuild} first: they choose the environment of an
 * algorithm. {@code EnvironmentTools} runs the steps of a build: it reads the {@code Requirements}, installs packages
 * in a sandbox, and checks the {@code EnvironmentLinks}. {@code VirtualEnvExecuteProvider} and {@code
 * VirtualEnvExecute} come last: they run an algorithm in the {@code VirtualEnvironment} that was built.
 */
@NullMarked
package sg.aiverify.worker.pipelines.venv;

import org.jspecify.annotations.NullMarked;
