package sg.aiverify.worker.pipelines.k8s.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

class JobSettingsTest {
    @Test
    void defaultsAreThoseOfTheSystemThatIsReplaced() {
        JobSettings settings = JobSettings.from(Settings.defaults());

        assertThat(settings.claim()).isEqualTo("tew-pvc");
        assertThat(settings.mountPath()).isEqualTo("/app/data");
        assertThat(settings.keepAfterEnd()).isEqualTo(Duration.ofSeconds(120));
        assertThat(settings.keepOrphans()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.inVolume("jobs/x")).isEqualTo("jobs/x");
        assertThat(settings.uploadTo()).isEmpty();
    }

    @Test
    void podsUploadOnlyWhereThatModuleIsPicked() {
        assertThat(JobSettings.from(Settings.of(Map.of("PIPELINE_UPLOAD", "kube_upload")))
                        .uploadTo())
                .contains("http://apigw.aiverify.svc.cluster.local:4000");
    }

    @Test
    void theSubPathComesFirstInTheVolume() {
        JobSettings settings = JobSettings.from(Settings.of(Map.of("KUBECTL_VOLUME_SUB_PATH", "a/./b/")));

        assertThat(settings.inVolume("jobs/x")).isEqualTo("a/b/jobs/x");
    }

    @ParameterizedTest
    @CsvSource({
        "KUBECTL_VOLUME_SUB_PATH, /absolute",
        "KUBECTL_VOLUME_SUB_PATH, ../out",
        "KUBECTL_VOLUME_SUB_PATH, a/../../out",
        "KUBECTL_VOLUME_MOUNT_PATH, relative",
        "KUBECTL_VOLUME_MOUNT_PATH, /",
        "KUBECTL_VOLUME_MOUNT_PATH, /a:b",
        "KUBECTL_VOLUME_MOUNT_PATH, /a/../b"
    })
    void pathsThatLeadElsewhereAreRefused(String name, String value) {
        assertThatThrownBy(() -> JobSettings.from(Settings.of(Map.of(name, value))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(name);
    }
}
