package sg.aiverify.worker.pipelines.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.Image;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.RegistryProcess;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** {@code docker_build} with a real registry. */
@Tag("slow")
@Requires({Need.BASE_IMAGE, Need.REGISTRY})
class RegistryTest {
    /** The storage of both registries, so that the base image's layers are sent only once. */
    @TempDir
    static Path stored;

    @TempDir
    Path directory;

    private DockerEngine engine;
    private RegistryProcess registry;

    @BeforeEach
    void open() throws IOException {
        engine = AvailableEngine.open();
        registry = RegistryProcess.open(directory.resolve("open"), stored, false);
    }

    @AfterEach
    void close() {
        forgetImages();
        engine.close();
        registry.close();
    }

    @Test
    void whatOneWorkerBuiltAnotherGetsFromTheRegistry() throws InterruptedException {
        ImageEnvironment built = build("first", Map.of());
        forgetImages();

        ImageEnvironment found = build("second", Map.of());

        // A second build would have another date, and so another id.
        assertThat(found).isEqualTo(built);
    }

    @Test
    void otherContentUnderTheTagIsNoticedThoughTheEngineHasTheRightOne() throws Exception {
        ImageEnvironment built = build("first", Map.of());
        engine.client()
                .tagImageCmd(AvailableEngine.BASE_IMAGE, repository(), tag())
                .exec();
        engine.client()
                .pushImageCmd(repository())
                .withTag(tag())
                .withAuthConfig(new AuthConfig())
                .start()
                .awaitCompletion();
        engine.client().tagImageCmd(built.reference(), repository(), tag()).exec();

        ImageEnvironment again = build("second", Map.of());
        forgetImages();

        assertThat(build("third", Map.of())).isEqualTo(again);
    }

    @Test
    void aRegistryThatIsDownIsWaitedForByName() throws Exception {
        ImageEnvironment built = build("first", Map.of());
        registry.stop();

        assertThatThrownBy(() -> build("second", Map.of()))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessageStartingWith("The registry " + registry.address() + " is not reachable; Docker cannot pull "
                        + repository() + ":" + tag());

        registry.start();
        assertThat(build("third", Map.of())).isEqualTo(built);
    }

    @Test
    void credentialsComeFromTheDockerConfigurationFile() throws Exception {
        try (RegistryProcess guarded = guarded()) {
            String both = RegistryProcess.USER + ":" + RegistryProcess.PASSWORD;
            Path client = client("{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}", guarded.address(), base64(both));

            ImageEnvironment built = build("first", settings(guarded, client));
            forgetImages();

            assertThat(build("second", settings(guarded, client))).isEqualTo(built);
        }
    }

    @Test
    void wrongCredentialsAreToldWithTheRegistryAndWhereTheyComeFrom() throws Exception {
        try (RegistryProcess guarded = guarded()) {
            Path client =
                    client("{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}", guarded.address(), base64("somebody:wrong"));

            assertThatThrownBy(() -> build("first", settings(guarded, client)))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageStartingWith("The registry " + guarded.address() + " refuses to let Docker pull "
                            + guarded.address() + "/sample_algorithm:sample-latest as somebody, with credentials from "
                            + client.resolve("config.json") + " (set by \"docker login " + guarded.address()
                            + "\"): ")
                    .hasMessageNotContaining("wrong");
        }
    }

    @Test
    void missingCredentialsAreToldWithTheRegistryAndWhereTheyBelong() throws Exception {
        try (RegistryProcess guarded = guarded()) {
            Path client = client("{}");

            assertThatThrownBy(() -> build("first", settings(guarded, client)))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("without credentials, which are missing in " + client.resolve("config.json"));
        }
    }

    private RegistryProcess guarded() throws IOException {
        return RegistryProcess.open(directory.resolve("guarded"), stored, true);
    }

    private Path client(String json, Object... values) throws IOException {
        Path client = Files.createDirectories(directory.resolve("client"));
        Files.writeString(client.resolve("config.json"), json.formatted(values));
        return client;
    }

    private static Map<String, String> settings(RegistryProcess registry, Path client) {
        return Map.of("DOCKER_REGISTRY", registry.address(), "DOCKER_CONFIG", client.toString());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String repository() {
        return registry.address() + "/sample_algorithm";
    }

    private static String tag() {
        return "sample-latest";
    }

    private ImageEnvironment build(String worker, Map<String, String> settings) throws InterruptedException {
        Map<String, String> all = new HashMap<>(Map.of(
                "WORKER_BASE_IMAGE",
                AvailableEngine.BASE_IMAGE,
                "DOCKER_REGISTRY",
                registry.address(),
                "DOCKER_CONFIG",
                directory.toString()));
        all.putAll(settings);
        try (TestWorkerContext context = TestWorkerContext.open(directory.resolve(worker), AvailableEngine.with(all));
                DockerBuild build = (DockerBuild) new DockerBuildProvider().create(context);
                ObservedRun run = new ObservedRun(directory)) {
            // Its content is new in each test: the engine remembers steps of earlier builds.
            return build.build(
                    TinyAlgorithm.write(directory, "tiny")
                            .doing("self.results = {'from': '" + directory + "'}")
                            .read(),
                    run);
        }
    }

    /** Removes only the names of the registries, so that images of others are kept. */
    private void forgetImages() {
        for (Image image : engine.client().listImagesCmd().exec()) {
            Stream.of(image.getRepoTags(), image.getRepoDigests())
                    .filter(Objects::nonNull)
                    .flatMap(Stream::of)
                    .filter(name -> name.startsWith("127.0.0.1:"))
                    .forEach(name -> engine.remove(
                            "forget " + name,
                            () -> engine.client().removeImageCmd(name).exec()));
        }
    }
}
