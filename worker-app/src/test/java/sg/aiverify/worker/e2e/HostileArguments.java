package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;

/** Tasks with malicious arguments and names. */
abstract class HostileArguments {
    private final HostileScene scene;

    HostileArguments(HostileScene scene) {
        this.scene = scene;
    }

    @Test
    void argumentsComeAsTheyWereSent() {
        JsonArray values = new JsonArray();
        List.of("'", "\"", "\\", "`id`", "$(touch /tmp/escaped)", "; touch /tmp/escaped; #", "| cat /etc/passwd")
                .forEach(values::add);
        List.of("line\nfeed", "carriage\rreturn", "tab\tand null\0end", "\u001b[31mred", "\ud83d\udca5 emoji \u202e")
                .forEach(values::add);
        List.of("--request", "-c import os", "%s%n${HOME}~", "{{7*7}} #{1} ${jndi:ldap://127.0.0.1/a}", "</script>")
                .forEach(values::add);
        JsonObject arguments = new JsonObject();
        arguments.add("values", values);
        arguments.add("a'b\"c\n$(touch /tmp/escaped)\0\ud83d\udca5", values);

        JsonObject seen = scene.output(scene.order(MisbehavingAlgorithm.ECHOES).withArguments(arguments))
                .getAsJsonObject("arguments");

        arguments.keySet().forEach(name -> assertThat(seen.get(name)).isEqualTo(values));
        assertThat(Path.of("/tmp/escaped")).doesNotExist();
    }

    @Test
    void datasetsByPathsAreRefused() {
        scene.assertRefused(Stream.of(
                        "/etc/passwd",
                        "../models/tiny_model.sav",
                        "..",
                        ".",
                        "a/../../b",
                        "%2e%2e%2fetc%2fpasswd",
                        "..%2f..%2fetc",
                        "a\0b",
                        "tiny_data.csv\n",
                        "~root/.ssh/id_rsa",
                        "file:///etc/passwd",
                        "\u001b[31m")
                .map(name -> scene.refused(
                        scene.witnessOrder("x").withArgument("background", "_dataset_:" + name),
                        "The name of the dataset in the argument value '_dataset_:",
                        "allowed: 1 to 255 letters, digits, '.', '_' and '-', without '..' and '/'"))
                .toArray(HostileScene.Refused[]::new));
    }

    @Test
    void emptyNameOfADatasetIsNoDataset() {
        JsonObject seen = scene.output(scene.order(MisbehavingAlgorithm.ECHOES).withArgument("file", "_dataset_:"))
                .getAsJsonObject("arguments");

        assertThat(seen.get("file").getAsString()).isEmpty();
    }

    @Test
    void modelsByPathsAreRefused() {
        for (String name : List.of("../../../etc/passwd", "/etc/passwd", "a/b", "..", "x\0y")) {
            assertThat(scene.error(scene.startEdited(task -> task.addProperty("modelFile", name))))
                    .containsAnyOf("The name of the model is '", "modelFile must be a plain file name");
        }
    }

    @Test
    void algorithmsByPathsAreRefused() {
        for (String cid : List.of("..", "../../test_runs", "a b", "x?y=z", "x#y", "\u001b[31m")) {
            assertThat(scene.error(scene.startEdited(task -> task.addProperty("algorithmCID", cid))))
                    .containsAnyOf("algorithmCID", "HTTP Error: 404", "is not a valid name at the gateway");
        }
    }

    @Test
    void columnOfShellSyntaxIsNoColumn() {
        assertThat(scene.error(scene.witnessOrder("x")
                        .withGroundTruth(scene.dataset, "truth'; touch /tmp/escaped; \u001b[31m")))
                .contains("The ground truth dataset has no column 'truth'; touch /tmp/escaped; '", "'a', 'b', 'truth'");
    }
}
