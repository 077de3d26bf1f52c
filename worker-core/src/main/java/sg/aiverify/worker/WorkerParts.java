package sg.aiverify.worker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.engine.Engine;
import sg.aiverify.worker.queue.TaskQueue;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.internal.ResourceStack;
import sg.aiverify.worker.stage.internal.StageModules;

/**
 * The parts of a worker.
 *
 * @param knownSettings the settings of the worker and its modules
 * @param plugIns a log line for each jar of the plug-in directory
 * @param picked the selected modules by stage, for the log
 * @param modules the modules; closed with the engine
 * @param queue the queue from which the worker receives tasks
 * @param ownQueue the queue if the worker created it; null if the caller passed the queue
 * @param engine the engine, which runs the tasks
 * @param resources the resources to close after the engine
 */
record WorkerParts(
        List<Setting<?>> knownSettings,
        List<String> plugIns,
        String picked,
        StageModules<?> modules,
        TaskQueue queue,
        @Nullable ValkeyTaskQueue ownQueue,
        Engine engine,
        ResourceStack resources) {}
