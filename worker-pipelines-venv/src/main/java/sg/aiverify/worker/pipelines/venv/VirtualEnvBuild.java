package sg.aiverify.worker.pipelines.venv;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.python.AlgorithmRunner;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.BuildModule;

/** Builds one Python environment for each set of requirements that the interpreter does not meet. */
final class VirtualEnvBuild implements BuildModule<VirtualEnvironment> {
    private static final Logger log = LogManager.getLogger(VirtualEnvBuild.class);
    private static final String KIND = "environments";
    /** The number of algorithms whose requirements are kept in memory. Each needs up to a megabyte. */
    private static final int REMEMBERED = 100;

    private final PythonInterpreter interpreter;
    private final EnvironmentTools tools;
    private final ContentCache cache;
    private final String identity;
    private final PackageSource source;
    private final Map<String, Requirements> known = new ConcurrentHashMap<>();

    VirtualEnvBuild(
            PythonInterpreter interpreter,
            EnvironmentTools tools,
            ContentCache cache,
            boolean allowSourceBuilds,
            PackageSource source) {
        this.interpreter = interpreter;
        this.tools = tools;
        this.cache = cache;
        this.source = source;
        this.identity = interpreter.fingerprint() + (allowSourceBuilds ? " with source builds" : "");
    }

    @Override
    public Class<VirtualEnvironment> environmentType() {
        return VirtualEnvironment.class;
    }

    @Override
    public void starting() {
        log.info("Algorithms run in Python {} at {}", interpreter.version(), interpreter.executable());
        log.log(source.leavesSettingsOut() ? Level.WARN : Level.INFO, "Packages: {}", source.description());
    }

    @Override
    public VirtualEnvironment build(Algorithm algorithm, RunContext run) throws InterruptedException {
        Requirements requirements = requirements(algorithm, run);
        if (requirements.missing().isEmpty()) {
            return new VirtualEnvironment(
                    AlgorithmRunner.Python.of(interpreter),
                    "Python " + interpreter.version() + " at " + interpreter.executable() + ", nothing to install");
        }
        String key = key(requirements);
        CacheEntry entry = cache.obtain(KIND, key, run.cancellation(), directory -> {
            run.note(RunNote.step("Building an environment with " + String.join(", ", requirements.declared())));
            tools.build(directory, requirements, run);
        });
        run.closeAtEnd(entry);
        Path python = entry.directory().resolve("bin").resolve("python");
        List<Path> libraries = new ArrayList<>(interpreter.libraries());
        libraries.add(entry.directory());
        return new VirtualEnvironment(
                new AlgorithmRunner.Python(python, interpreter.executable(), libraries, null),
                "virtual environment " + key.substring(0, 12) + " on Python " + interpreter.version());
    }

    private Requirements requirements(Algorithm algorithm, RunContext run) throws InterruptedException {
        Requirements remembered = known.get(algorithm.contentHash());
        if (remembered != null) {
            return remembered;
        }
        Requirements requirements = tools.requirements(algorithm.directory().resolve("pyproject.toml"), run);
        if (known.size() >= REMEMBERED) {
            known.clear();
        }
        known.put(algorithm.contentHash(), requirements);
        return requirements;
    }

    private String key(Requirements requirements) {
        return DigestUtils.sha256Hex(identity + "\n" + String.join("\n", requirements.declared()));
    }
}
