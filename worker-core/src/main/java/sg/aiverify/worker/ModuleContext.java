package sg.aiverify.worker;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.stage.WorkerContext;

/** The context that a worker passes to its modules. */
record ModuleContext(
        Settings settings,
        Map<String, String> variables,
        Path dataDirectory,
        ContentCache cache,
        Gateway gateway,
        Clock clock,
        Map<String, Path> secretFiles)
        implements WorkerContext {}
