package sg.aiverify.worker.pipelines.docker;

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
import sg.aiverify.worker.failure.ServiceAwayException;

/**
 * The worker's data directory as the engine sees it, where it does: inputs in it need not be copied. Told by an absolute
 * path on the engine's host, or by a volume's name, maybe with a path in the volume. Thread-safe.
 */
final class SharedData {
    private static final Logger log = LogManager.getLogger(SharedData.class);
    private static final String LOCAL = "local";
    private final DockerEngine engine;
    private final Path dataDirectory;
    private final @Nullable String told;
    private volatile @Nullable String root;

    /** Uses what {@link DockerSettings#SHARED} tells; null if the engine sees nothing. */
    SharedData(DockerEngine engine, Path dataDirectory, @Nullable String told) {
        this.engine = engine;
        this.told = told == null ? null : told.replaceAll("/+$", "");
        try {
            this.dataDirectory = dataDirectory.toRealPath();
        } catch (IOException e) {
            throw new InfrastructureException(
                    "The data directory " + dataDirectory + " cannot be read: " + Reason.of(e), e);
        }
    }

    boolean isUsed() {
        return told != null;
    }

    /** Refuses the start if the engine does not see the data directory; what cannot be told yet is told by a run. */
    void check(String baseImage) {
        if (told == null) {
            return;
        }
        try {
            if (new ImageStore(engine).findId(baseImage).isPresent()) {
                prove(baseImage);
            }
        } catch (ServiceAwayException e) {
            log.warn("{}; whether it sees the data directory will be asked later", e.getMessage());
        }
    }

    /** Makes sure that the engine sees the data directory, once; an image of any kind is needed for it. */
    void use(String image) {
        if (told == null || root != null) {
            return;
        }
        try {
            prove(image);
        } catch (ConfigurationException e) {
            throw new InfrastructureException("Failed to run algorithm: " + e.getMessage(), e);
        }
    }

    /** Gives the path under which the engine sees a file; empty if it does not. */
    Optional<String> path(Path file) {
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

    private void prove(String image) {
        String candidate = candidate();
        Path marker = null;
        try {
            marker = Files.createTempFile(dataDirectory, "seen-by-docker", ".tmp");
            mount(image, candidate + "/" + marker.getFileName());
            root = candidate;
            log.info("Inputs are mounted from {}, where the Docker engine sees the data directory", candidate);
        } catch (BadRequestException e) {
            throw refused("the Docker engine does not see the worker's data directory " + dataDirectory + " at "
                    + candidate + ", it says: " + e.getMessage());
        } catch (IOException e) {
            throw new InfrastructureException(
                    "The data directory " + dataDirectory + " cannot be written: " + Reason.of(e), e);
        } finally {
            delete(marker);
        }
    }

    /** Makes a container with a mount, which the engine refuses if there is nothing to mount. */
    private void mount(String image, String file) {
        String container;
        try {
            container = engine.client()
                    .createContainerCmd(image)
                    .withLabels(Map.of(Labels.KIND, ImageProbe.KIND))
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
            throw engine.failure("look for the worker's data directory", e);
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
        String text = String.valueOf(told);
        if (text.startsWith("/") || text.isEmpty()) {
            return text;
        }
        int slash = text.indexOf('/');
        String volume = slash < 0 ? text : text.substring(0, slash);
        InspectVolumeResponse found = engine.find(
                        "look at the volume " + volume,
                        () -> engine.client().inspectVolumeCmd(volume).exec())
                .orElseThrow(() -> refused("the Docker engine has no volume " + volume));
        if (!LOCAL.equals(found.getDriver())) {
            throw refused("the volume " + volume + " is of the driver " + found.getDriver()
                    + ", only those of the driver " + LOCAL + " will do");
        }
        return found.getMountpoint() + (slash < 0 ? "" : text.substring(slash));
    }

    private ConfigurationException refused(String why) {
        return new ConfigurationException(DockerSettings.SHARED.name() + " is " + told + ", but " + why);
    }
}
