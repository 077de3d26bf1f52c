package sg.aiverify.worker.pipelines.docker.internal.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

class ImageNameTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "fairness_metrics, fairness_metrics",
        "Fairness, fairness",
        "a..b, a.b",
        "a_-b, a-b",
        "a---b, a-b",
        "ends_, ends",
        "a____b, a__b"
    })
    void theCidBecomesAName(String cid, String name) {
        assertThat(ImageName.of(task("gid", cid, HASH), null)).hasToString(name + ":" + HASH);
    }

    @Test
    void theGidTellsApartWhatHasNoHash() {
        assertThat(ImageName.of(task("My.Plugin", "cid", null), null)).hasToString("cid:My.Plugin-latest");
    }

    @Test
    void theRegistryComesFirst() {
        assertThat(ImageName.of(task("gid", "cid", HASH), "localhost:5000")).hasToString("localhost:5000/cid:" + HASH);
    }

    private static Task task(String gid, String cid, @Nullable String hash) {
        String given = hash == null ? "" : "\"algorithmHash\": \"" + hash + "\",";
        return TaskParser.parse("""
                {"id": "0a8b7c62-5b1b-4f0e-9f2e-000000000001", "mode": "upload", "algorithmGID": "%s", %s
                 "algorithmCID": "%s", "algorithmArgs": {}, "modelFile": "model.sav", "modelType": "classification",
                 "testDataset": "data.sav"}""".formatted(gid, given, cid));
    }
}
