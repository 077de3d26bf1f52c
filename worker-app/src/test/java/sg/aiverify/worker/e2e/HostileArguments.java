package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Tasks whose arguments and names are more than they seem. */
abstract class HostileArguments {
    private final HostileScene scene;

    HostileArguments(HostileScene scene) {
        this.scene = scene;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'",
                "\"",
                "\\",
                "`id`",
                "$(touch /tmp/escaped)",
                "; touch /tmp/escaped; #",
                "| cat /etc/passwd",
                "line\nfeed",
                "carriage\rreturn",
                "tab\tand null\0end",
                "\u001b[31mred",
                "\ud83d\udca5 emoji \u202e",
                "--request",
                "-c import os",
                "%s%n${HOME}~",
                "{{7*7}} #{1} ${jndi:ldap://127.0.0.1/a}",
                "</script>"
            })
    void argumentsComeAsTheyWereSent(String value) {
        JsonObject seen = scene.output(scene.order(MisbehavingAlgorithm.ECHOES).withArgument("value", value))
                .getAsJsonObject("arguments");

        assertThat(seen.get("value").getAsString()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd", "../models/tiny_model.sav", "..", ".", "a/../../b", "%2e%2e%2fetc%2fpasswd",
                "..%2f..%2fetc", "a\0b", "tiny_data.csv\n", "~root/.ssh/id_rsa", "file:///etc/passwd", "\u001b[31m"
            })
    void datasetsByPathsAreRefused(String name) {
        String error = scene.error(scene.witnessOrder("x").withArgument("background", "_dataset_:" + name));

        assertThat(error)
                .contains("The name of the dataset in the argument value '_dataset_:")
                .contains("allowed: 1 to 255 letters, digits, '.', '_' and '-', without '..' and '/'")
                .doesNotContain("root:");
    }

    @Test
    void emptyNameOfADatasetIsNoDataset() {
        JsonObject seen = scene.output(scene.order(MisbehavingAlgorithm.ECHOES).withArgument("file", "_dataset_:"))
                .getAsJsonObject("arguments");

        assertThat(seen.get("file").getAsString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../etc/passwd", "/etc/passwd", "a/b", "", "x\0y"})
    void modelsByPathsAreRefused(String name) {
        assertThat(scene.error(scene.startEdited(task -> task.addProperty("modelFile", name))))
                .contains("model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../../test_runs", "a b", "x?y=z", "x#y", "\u001b[31m"})
    void algorithmsByPathsAreRefused(String cid) {
        scene.error(scene.startEdited(task -> task.addProperty("algorithmCID", cid)));
    }

    @Test
    void columnOfShellSyntaxIsNoColumn() {
        assertThat(scene.error(scene.witnessOrder("x")
                        .withGroundTruth(scene.dataset, "truth'; touch /tmp/escaped; \u001b[31m")))
                .contains("The ground truth dataset has no column 'truth'; touch /tmp/escaped; '", "a, b, truth");
    }
}
