package sg.aiverify.worker.pipelines.docker.internal.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.cache.ContentCache;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.python.Installation;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.python.PackageInstaller;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.SupervisedProcess;
import sg.aiverify.worker.run.RunContext;

/**
 * Downloads wheels for an image with the worker's own pip: only this pip has the certificates, proxies and index
 * settings that an index needs. Only wheels are accepted, so no third-party code runs.
 */
public final class Wheels {
    private static final Logger log = LogManager.getLogger(Wheels.class);
    private static final String KIND = "wheels";
    private final ContentCache cache;
    private final Settings settings;
    private final PackageInstaller installer;
    private final InterpreterFinder finder;

    /** Creates the downloader. It searches for the worker's Python only if an image does not meet all requirements. */
    public Wheels(ContentCache cache, Settings settings, PackageInstaller installer, InterpreterFinder finder) {
        this.cache = cache;
        this.settings = settings;
        this.installer = installer;
        this.finder = finder;
    }

    /** Returns a directory with the wheels of the missing requirements and of their dependencies. */
    public CacheEntry obtain(String key, ImageRequirements requirements, RunContext run) throws InterruptedException {
        CacheEntry entry = cache.obtain(KIND, key, run.cancellation(), directory -> {
            log.info("Downloading wheels for {}", requirements.missing());
            download(directory, requirements, run);
        });
        run.closeAtEnd(entry);
        return entry;
    }

    /** Returns problems with the package index of pip, which downloads the wheels even if uv is installed. */
    public List<String> problems() {
        try {
            return problem(installer.indexes(finder.find(settings))).stream().toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ConfigurationException | InfrastructureException e) {
            log.debug("Could not find the package index for wheels", e); // only missing requirements need it
        }
        return List.of();
    }

    private static Optional<String> problem(PackageIndexes indexes) {
        if (!indexes.unknown().isEmpty()) {
            return indexes.problem(false);
        }
        return indexes.allowsPipAlone()
                ? Optional.empty()
                : Optional.of("The package index is set for uv (" + indexes.uv()
                        + "), but pip downloads the wheels of images and does not read this setting (for pip: "
                        + indexes.pip() + "); set the index for pip, too");
    }

    private void download(Path directory, ImageRequirements requirements, RunContext run) throws InterruptedException {
        PythonInterpreter interpreter = finder.find(settings);
        try (Installation installation = installer.open(interpreter, directory, List.of(), run)) {
            problem(installation.indexes()).ifPresent(problem -> {
                throw new InfrastructureException("Failed to build docker environment: " + problem);
            });
            log.info(
                    "pip downloads the wheels; its package index is set by: {}",
                    installation.indexes().pip());
            List<String> command = installation.pip(interpreter.executable(), "download", Optional.empty());
            command.addAll(List.of("--implementation", "cp", "--python-version", requirements.version()));
            for (String platform : requirements.platforms()) {
                command.addAll(List.of("--platform", platform));
            }
            command.addAll(List.of("--dest", directory.toString(), "--"));
            command.addAll(requirements.missing());
            OutputTail tail = new OutputTail();
            SupervisedProcess.Ending ending = installation.run(command, tail::addLine, tail);
            if (!ending.isSuccess()) {
                throw installation.failure("build docker environment", "pip", ending, tail.text());
            }
        }
    }
}
