package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/**
 * The contract of every execute module together with its build module. To test a module, extend this class and return
 * the modules. The suite runs real algorithms on small inputs. It takes about a minute if a run takes two seconds.
 */
@API(status = STABLE, since = "1.0")
public abstract class ExecutorContract extends ExecutorSafetyContract {
    /** Creates the suite. */
    protected ExecutorContract() {}

    @Test
    void theResultIsWhatTheAlgorithmComputed() throws InterruptedException {
        ObservedRun run = newRun();
        TestInputs inputs = inputs(algorithm("""
                import numpy
                table = self.data.get_data()
                (OUTPUT / 'plot.png').write_text('image')
                self.results = {
                    'rows': table.shape[0], 'mean': numpy.float64(table['b'].mean()), 'plot': 'plot.png',
                    'model': self.model.get_model_algorithm(), 'type': str(self.arguments['model_type'])}
                """).read());

        Delivered delivered = deliver(inputs, new JsonObject(), run);

        assertThat(delivered.output())
                .isEqualTo(json("{\"rows\": 4, \"mean\": 4.0, \"plot\": \"plot.png\","
                        + " \"model\": \"sklearn.linear_model._logistic.LogisticRegression\","
                        + " \"type\": \"ModelType.CLASSIFICATION\"}"));
        assertThat(delivered.artifacts()).isEqualTo(Map.of("plot.png", 5L));
        assertThat(delivered.result().get("testRunId").getAsString())
                .isEqualTo(run.task().id());
        assertThat(delivered.result().get("timeTaken").getAsDouble()).isNotNegative();
    }

    @Test
    void aPluginWithRequirementsRuns() throws InterruptedException {
        Path folder = SampleAlgorithm.DATA_QUALITY.extract(directory);

        Delivered delivered = deliver(inputs(read(folder)), new JsonObject(), newRun());

        assertThat(delivered.output().get("rows").getAsInt()).isEqualTo(4);
    }

    @Test
    void argumentsArriveToTheLetter() throws InterruptedException {
        JsonObject arguments = json("""
                {"quotes": "'\\"`", "lines": "a\\nb\\r\\n\\tc\\u0000d", "shell": "$(touch x); ${HOME} && rm -rf . #",
                 "options": ["--help", "-c", "@file"], "text": "é漢字😀", "": "no name", "big": 123456789012345678,
                 "real": 0.1, "nested": {"null": null, "list": [true, [], {}]}}
                """);
        arguments.addProperty("long", "\"'\né${x}\\".repeat(40_000));

        Delivered delivered = deliver(inputs(MisbehavingAlgorithm.ECHOES), arguments, newRun());

        JsonObject seen = delivered.output().getAsJsonObject("arguments");
        seen.remove("ground_truth");
        assertThat(seen).isEqualTo(arguments);
    }

    @Test
    void aPathInAnArgumentStaysAsItIsThoughAFileIsThere() throws InterruptedException {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("path", files.dataset().toString());
        arguments.addProperty("name", files.dataset().getFileName().toString());

        JsonObject seen = deliver(inputs(MisbehavingAlgorithm.ECHOES), arguments, newRun())
                .output()
                .getAsJsonObject("arguments");

        assertThat(seen.get("path")).isEqualTo(arguments.get("path"));
        assertThat(seen.get("name")).isEqualTo(arguments.get("name"));
    }

    @Test
    void groundTruthIsThereWhereTheRunHasIt() throws InterruptedException {
        Algorithm algorithm = algorithm("""
                self.results = {
                    'data': list(self.data.get_data()), 'column': self.arguments['ground_truth'],
                    'truth': self.truth and list(self.truth.get_data()['truth'])}
                """).read();
        TestInputs with = new TestInputs(
                algorithm,
                files.model(),
                files.dataset(),
                new TestInputs.GroundTruth(files.dataset(), "truth"),
                Map.of());

        assertThat(deliver(with, new JsonObject(), newRun()).output())
                .isEqualTo(json("{\"data\": [\"a\", \"b\"], \"column\": \"truth\", \"truth\": [0, 1, 0, 1]}"));
        assertThat(deliver(inputs(algorithm), new JsonObject(), newRun()).output())
                .isEqualTo(json("{\"data\": [\"a\", \"b\", \"truth\"], \"column\": null, \"truth\": null}"));
    }

    @Test
    void aDatasetThatWasNotDownloadedIsRefusedByItsName() {
        assertThatThrownBy(() -> deliver(MisbehavingAlgorithm.ECHOES, "{\"labels\": \"_dataset_:missing.csv\"}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("missing.csv");
    }

    @Test
    void progressIsHeardInItsOrder() throws InterruptedException {
        ObservedRun run = newRun();

        deliver(inputs(MisbehavingAlgorithm.SLEEPS), json("{\"seconds\": 0.1}"), run);

        assertThat(run.progress()).containsExactly(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
    }

    @Test
    void progressStaysWithinItsBoundsAndFailsNoRun() throws InterruptedException {
        ObservedRun run = newRun();

        deliver(inputs(MisbehavingAlgorithm.ODD_PROGRESS), new JsonObject(), run);

        assertThat(run.progress()).startsWith(50, 20, 50).allMatch(percent -> percent >= 0 && percent <= 100);
    }

    @Test
    void numbersThatAreNoneSpoilNoResult() throws InterruptedException {
        JsonObject output = deliver(MisbehavingAlgorithm.NAN_RESULT, "{}").output();

        // The test engine decides which numbers replace NaN and infinity.
        assertThat(output.get("value").isJsonPrimitive()).isTrue();
        assertThat(output.getAsJsonArray("other")).hasSize(2);
    }

    @Test
    void aBigArtifactIsDeliveredWhole() throws InterruptedException {
        Delivered delivered = deliver(MisbehavingAlgorithm.HUGE_ARTIFACT, "{\"megabytes\": 64}");

        assertThat(delivered.artifacts()).isEqualTo(Map.of("huge.png", 64L << 20));
    }

    @Test
    void aHundredMegabytesOfOutputHarmNoResult() throws InterruptedException {
        Delivered delivered = deliver(MisbehavingAlgorithm.FLOODS, "{\"megabytes\": 100}");

        assertThat(delivered.output()).hasToString("{\"message\":\"floods\"}");
    }

    @Test
    void theErrorOfAFailedRunHasTheEndOfItsOutput() {
        assertThatThrownBy(() -> deliver(MisbehavingAlgorithm.FLOODS, "{\"megabytes\": 100, \"raises\": true}"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to run algorithm: RuntimeError: enough\nTraceback")
                .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(OutputTail.MAX_BYTES + 10_000));
    }

    @Test
    void anExceptionIsReportedWithItsPlaceAndTheLastOutput() {
        assertThatThrownBy(() -> deliver("print('last words')\nraise ValueError('no such feature: é')"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to run algorithm: ValueError: no such feature: é")
                .hasMessageContaining("last words")
                .hasMessageContaining("algo.py\", line");
    }

    @Test
    void runsAtOnceDoNotMix() throws Exception {
        TestInputs inputs = inputs(algorithm("""
                Path('mine').write_text(self.arguments['n'])
                self.progress(int(self.arguments['n']))
                self.results = {'n': Path('mine').read_text()}
                """).read());
        List<ObservedRun> started = new ArrayList<>();
        List<Future<Delivered>> going = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            JsonObject arguments = json("{\"n\": \"" + i + "\"}");
            ObservedRun run = newRun();
            started.add(run);
            going.add(threads.submit(() -> deliver(inputs, arguments, run)));
        }
        for (int i = 1; i <= 4; i++) {
            JsonObject output =
                    going.get(i - 1).get(PATIENCE.toSeconds(), TimeUnit.SECONDS).output();
            assertThat(output.get("n").getAsInt()).isEqualTo(i);
            assertThat(started.get(i - 1).progress()).containsExactly(i);
        }
    }
}
