package sg.aiverify.worker.pipelines.docker.internal.container;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.internal.image.ImageStore;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;

/**
 * The worker's data directory as the engine sees it. If the engine sees the directory, inputs are mounted instead of
 * copied. The setting is an absolute path on the engine's host, or a volume's name, optionally with a path in the
 * volume. Thread-safe.
 */
public final class SharedDataDirectory {
    private static final Logger log = LogManager.getLogger(SharedDataDirectory.class);
    private static final String LOCAL = "local";
    private final DockerEngine engine;
    private final Path dataDirectory;
    private final @Nullable String setting;
    private volatile @Nullable String root;

    /** Uses the value of {@link DockerSettings#SHARED}; null if the engine does not see the directory. */
    public SharedDataDirectory(DockerEngine engine, Path dataDirectory, @Nullable String setting) {
        this.engine = engine;
        this.setting = setting == null ? null : setting.replaceAll("/+$", "");
        try {
            this.dataDirectory = dataDirectory.toRealPath();
        } catch (IOException e) {
            throw new InfrastructureException(
                    "The data directory " + dataDirectory + " cannot be read: " + Reason.of(e), e);
        }
    }

    public boolean isUsed() {
        return setting != null;
    }

    /**
     * Checks that the engine sees the data directory, when the worker starts. If the engine is unavailable or does not
     * have the base image, the first run makes this check.
     *
     * @throws ConfigurationException if the engine does not see the data directory
     */
    public void check(String baseImage) {
        if (setting == null) {
            return;
        }
        try {
            if (new ImageStore(engine).findId(baseImage).isPresent()) {
                verify(baseImage);
            }
        } catch (ServiceUnavailableException e) {
            log.warn("{}; the first run will check whether the engine sees the data directory", e.getMessage());
        }
    }

    /** Checks that the engine sees the data directory, unless a check has already succeeded. Works with any image. */
    public void ensureVisible(String image) {
        if (setting == null || root != null) {
            return;
        }
        try {
            verify(image);
        } catch (ConfigurationException e) {
            throw new InfrastructureException("Failed to run algorithm: " + e.getMessage(), e);
        }
    }

    /** Returns the path at which the engine sees a file; empty if the engine does not see it. */
    Optional<String> pathAtEngine(Path file) {
        String seen = root;
        if (seen == null) {
            return Optional.empty();
        }
        try {
            Path real = file.toRealPath();
            return real.startsWith(dataDirectory) && !real.equals(dataDirectory)
                    ? Optional.of(seen + "/" + FileNames.text(dataDirectory.relativize(real)))
                    : Optional.empty();
        } catch (IOException e) {
            throw new InfrastructureException("The input " + file + " cannot be read: " + Reason.of(e), e);
        }
    }

    private void verify(String image) {
        String candidate = candidate();
        Path marker = null;
        try {
            marker = Files.createTempFile(dataDirectory, "seen-by-docker", ".tmp");
            mount(image, candidate + "/" + marker.getFileName());
            root = candidate;
            log.info("Inputs are mounted from {}, where the Docker engine sees the data directory", candidate);
        } catch (BadRequestException e) {
            throw refused("the Docker engine does not see the worker's data directory " + dataDirectory + " at "
                    + candidate + ": " + e.getMessage());
        } catch (IOException e) {
            throw new InfrastructureException(
                    "The data directory " + dataDirectory + " cannot be written: " + Reason.of(e), e);
        } finally {
            delete(marker);
        }
    }

    /** Creates a container that mounts a file. The engine refuses this if it does not see the file. */
    private void mount(String image, String file) {
        String container;
        try {
            container = engine.client()
                    .createContainerCmd(image)
                    .withLabels(Map.of(Labels.KIND, Labels.PROBE))
                    .withEntrypoint("true")
                    .withHostConfig(HostConfig.newHostConfig()
                            .withNetworkMode("none")
                            .withMounts(List.of(new Mount()
                                    .withType(MountType.BIND)
                                    .withSource(file)
                                    .withTarget("/seen")
                                    .withReadOnly(true))))
                    .exec()
                    .getId();
        } catch (BadRequestException e) {
            throw e;
        } catch (RuntimeException e) {
            throw engine.failure("check whether it sees the worker's data directory", e);
        }
        engine.removeContainer(container);
    }

    private static void delete(@Nullable Path marker) {
        if (marker != null) {
            try {
                Files.deleteIfExists(marker);
            } catch (IOException e) {
                log.warn("The file {} was not deleted: {}", marker, Reason.of(e));
            }
        }
    }

    private String candidate() {
        String text = String.valueOf(setting);
        if (text.startsWith("/") || text.isEmpty()) {
            return text;
        }
        int slash = text.indexOf('/');
        String volume = slash < 0 ? text : text.substring(0, slash);
        InspectVolumeResponse found = engine.find(
                        "inspect the volume " + volume,
                        () -> engine.client().inspectVolumeCmd(volume).exec())
                .orElseThrow(() -> refused("the Docker engine has no volume " + volume));
        if (!LOCAL.equals(found.getDriver())) {
            throw refused("the volume " + volume + " has the driver " + found.getDriver() + "; only the driver " + LOCAL
                    + " is supported");
        }
        return found.getMountpoint() + (slash < 0 ? "" : text.substring(slash));
    }

    private ConfigurationException refused(String why) {
        return new ConfigurationException(DockerSettings.SHARED.name() + " is " + setting + ", but " + why);
    }
}
