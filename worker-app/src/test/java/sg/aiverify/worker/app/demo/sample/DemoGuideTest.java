package sg.aiverify.worker.app.demo.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.testkit.gateway.RunOrder;

class DemoGuideTest {
    private static final String ID = "2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e";

    @TempDir
    Path bin;

    @Test
    void aClientThatIsOnThePathIsTheOneToType() throws IOException {
        install("redis-cli");
        assertThat(lines()).anyMatch(line -> line.equals("  redis-cli -h 127.0.0.1 -p 6400 XADD \\"));

        install("valkey-cli");
        assertThat(lines()).anyMatch(line -> line.equals("  valkey-cli -h 127.0.0.1 -p 6400 XADD \\"));
        assertThat(lines()).noneMatch(line -> line.contains("neither"));
    }

    @Test
    void withoutAClientItSaysWhichPackagesHaveOneAndWhatNeedsNone() {
        assertThat(lines())
                .anyMatch(line -> line.startsWith("  valkey-cli "))
                .anyMatch(line -> line.startsWith("Neither valkey-cli nor redis-cli is on the PATH."))
                .anyMatch(line -> line.contains("valkey-tools or redis-tools), or order a run as shown below."));
    }

    @Test
    void whatAShellWouldTakeApartIsQuoted() {
        assertThat(lines()).anyMatch(line -> line.startsWith("    '{") && line.contains("\"o'\\''clock\""));
    }

    @Test
    void theHashesThatATaskNeedNotHaveAreLeftOut() {
        assertThat(lines())
                .filteredOn(line -> line.startsWith("    '{\"id\""))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("\"testDataset\"").doesNotContain("Hash"));
    }

    @Test
    void theExamplesOfTheDocumentationGetARunOfTheirOwn() {
        List<String> lines = lines();

        assertThat(lines)
                .filteredOn(line -> !line.startsWith("    '{"))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(lines)
                .endsWith(
                        "  export APIGW_URL=http://127.0.0.1:4100",
                        "  export VALKEY_HOST_ADDRESS=127.0.0.1 VALKEY_PORT=6400",
                        "  export RUN_ID=another")
                .containsSequence("  curl -s -w '\\n' \\", "    http://127.0.0.1:4100/test_runs/" + ID);
    }

    private List<String> lines() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("text", "o'clock");
        String task = Task.builder(ID)
                .algorithm("gid", "cid")
                .arguments(arguments)
                .model(ModelType.REGRESSION, "m.sav")
                .testDataset("d.sav")
                .build()
                .toJson();
        RunOrder order = new RunOrder("gid", "cid", arguments, "m.sav", "d.sav", null, null);
        return new DemoGuide("Server 8", "127.0.0.1", 6400, URI.create("http://127.0.0.1:4100"), task, "another", order)
                .lines(Map.of("PATH", "/no/such:" + bin));
    }

    private void install(String program) throws IOException {
        assertThat(Files.createFile(bin.resolve(program)).toFile().setExecutable(true))
                .isTrue();
    }
}
