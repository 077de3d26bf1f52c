package sg.aiverify.worker.pipelines.docker.machine;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.pipelines.docker.internal.engine.ClientConfiguration;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.EngineAddress;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;

/** The engine that this process finds, so that tests run on any engine; {@link Need#ENGINE} checks for one. */
public final class AvailableEngine {
    /** The base image for tests, built by base-image.sh. */
    public static final String BASE_IMAGE = "aiverify-test-engine-worker-base";

    private AvailableEngine() {}

    /** Returns the settings of the engine, without a context, since tests have their own client directories. */
    public static Map<String, String> settings() {
        EngineAddress address = address();
        Map<String, String> settings = new HashMap<>();
        settings.put(DockerSettings.HOST.name(), address.host().toString());
        if (address.certificates() != null) {
            settings.put(DockerSettings.TLS_VERIFY.name(), "1");
            settings.put(DockerSettings.CERT_PATH.name(), address.certificates().toString());
        }
        return settings;
    }

    /** Returns the settings of the engine and additional ones, which take precedence. */
    public static Settings with(Map<String, String> more) {
        Map<String, String> settings = settings();
        settings.putAll(more);
        return Settings.of(settings);
    }

    static String host() {
        return address().host().toString();
    }

    private static EngineAddress address() {
        Settings variables = Settings.of(System.getenv().entrySet().stream()
                .filter(variable -> DockerSettings.ofEngine().stream()
                        .anyMatch(setting -> setting.name().equals(variable.getKey())))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        return EngineAddress.from(variables, ClientConfiguration.from(variables));
    }

    public static DockerEngine open() {
        return DockerEngine.open(with(Map.of()));
    }
}
