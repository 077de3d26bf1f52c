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
 * @param knownSettings every setting that the worker and its modules know
 * @param plugIns a line for the log for each jar of the plug-in directory
 * @param picked the modules by stage, for the log
 * @param modules the modules at work; closed with the engine
 * @param queue where tasks come from
 * @param ownQueue the same where the worker has created it; null where it is the caller's
 * @param engine what runs the tasks
 * @param resources what is closed after the engine
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
