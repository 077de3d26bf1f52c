package sg.aiverify.worker.pipelines.k8s.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KubectlRunFlagsTest {
    @Test
    void severalFlagsAreUnderstoodWithEqualsSpacesAndQuotes() {
        KubectlRunFlags arguments = KubectlRunFlags.parse("--namespace=tests -l team=a,tier=b --labels 'note=c d'"
                + " --image-pull-policy=Never --env \"GREETING=hello there\" --env=EMPTY= --annotations a/b=c=d"
                + " --limits cpu=2,memory=1Gi --requests=cpu=1 --serviceaccount=runner --pod-running-timeout=1m30s"
                + " --restart=Never -q --context dev --kubeconfig /etc/kube\\ config");

        assertThat(arguments.namespace()).contains("tests");
        assertThat(arguments.labels()).isEqualTo(Map.of("team", "a", "tier", "b", "note", "c d"));
        assertThat(arguments.pullPolicy()).contains("Never");
        assertThat(arguments.variables()).isEqualTo(Map.of("GREETING", "hello there", "EMPTY", ""));
        assertThat(arguments.annotations()).isEqualTo(Map.of("a/b", "c=d"));
        assertThat(arguments.limits()).isEqualTo(Map.of("cpu", "2", "memory", "1Gi"));
        assertThat(arguments.requests()).isEqualTo(Map.of("cpu", "1"));
        assertThat(arguments.serviceAccount()).contains("runner");
        assertThat(arguments.startTimeout()).contains(Duration.ofSeconds(90));
        assertThat(arguments.context()).contains("dev");
        assertThat(arguments.kubeconfig()).contains("/etc/kube config");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--overrides={\"spec\": {\"hostname\": \"a b}\\\"\"}} -q",
                "--overrides '{\"spec\": {\"hostname\": \"a b}\\\"\"}}' -q",
                "-q --overrides {\"spec\": {\"hostname\": \"a b}\\\"\"}}"
            })
    void overridesAreJsonQuotedOrNot(String text) {
        assertThat(KubectlRunFlags.parse(text).overrides())
                .isEqualTo(JsonParser.parseString("{\"spec\": {\"hostname\": \"a b}\\\"\"}}"));
    }

    @Test
    void nothingGivenMeansNothingSet() {
        KubectlRunFlags arguments = KubectlRunFlags.parse("");

        assertThat(arguments.namespace()).isEmpty();
        assertThat(arguments.overrides().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --privileged                | '--privileged' is not known
                    --namespace=a positional    | 'positional' is not known
                    --namespace                 | --namespace has no value
                    --namespace=A_B             | --namespace: 'A_B' is not a valid Kubernetes name
                    --image-pull-policy=Perhaps | 'Perhaps' is not one of Always, IfNotPresent, Never
                    --env=NOVALUE               | 'NOVALUE' is not of the form name=value
                    --restart=Always            | 'Always' is not one of Never
                    --overrides=[]              | the value is not a JSON object
                    --overrides={"a": 1         | a brace { is not closed
                    --override-type=json        | 'json' is not one of merge, strategic
                    --pod-running-timeout=soon  | 'soon' is not a duration
                    -l "a=b                     | is not closed
                    """, quoteCharacter = '`')
    void whatIsNotUnderstoodIsRefused(String text, String problem) {
        assertThatThrownBy(() -> KubectlRunFlags.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }
}
