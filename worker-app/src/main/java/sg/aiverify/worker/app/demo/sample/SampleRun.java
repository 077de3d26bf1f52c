package sg.aiverify.worker.app.demo.sample;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleCase;
import sg.aiverify.worker.testkit.samples.SampleData;

/**
 * A run that the demonstration submits.
 *
 * @param name the name, which describes the purpose of the run
 * @param order the order at the gateway
 * @param expected the status that the run must end with
 * @param figure selects the figure from the algorithm's output that the table shows
 */
record SampleRun(String name, RunOrder order, RunStatus expected, Function<JsonObject, String> figure) {
    /**
     * The planned duration of the run that is cancelled. The cancel follows its first progress, after a tenth of this
     * time.
     */
    private static final int CANCELLED_SECONDS = 30;

    SampleRun {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(figure, "figure");
    }

    /** Adds algorithms, models and data to the gateway, and returns the runs that use them. */
    static List<SampleRun> prepare(StrictGateway gateway, SampleData data, Path directory) {
        RegisteredAlgorithm metrics = sample(gateway, SampleAlgorithm.PERFORMANCE_METRICS, directory);
        RegisteredAlgorithm importance = sample(gateway, SampleAlgorithm.PERMUTATION_IMPORTANCE, directory);
        RegisteredAlgorithm fairness = sample(gateway, SampleAlgorithm.SUBGROUP_FAIRNESS, directory);
        RegisteredAlgorithm quality = sample(gateway, SampleAlgorithm.DATA_QUALITY, directory);
        RegisteredAlgorithm raises = gateway.addAlgorithm(MisbehavingAlgorithm.RAISES.write(directory));
        RegisteredAlgorithm sleeps = gateway.addAlgorithm(MisbehavingAlgorithm.SLEEPS.write(directory));
        String messy = gateway.addDataset(data.messy());
        String labels = gateway.addDataset(data.groupLabels());
        SampleCase risk = named(data, "diabetes_risk");
        RunOrder onRisk = order(gateway, fairness, risk)
                .withArgument("sensitive_feature", "sex")
                .withArgument("group_labels", "_dataset_:" + labels);

        List<SampleRun> runs = new ArrayList<>();
        runs.add(good(
                "Performance, classifier",
                order(gateway, metrics, named(data, "breast_cancer")),
                output -> "accuracy " + number(output.getAsJsonObject("metrics").get("accuracy"))));
        runs.add(good(
                "Performance, pipeline",
                order(gateway, metrics, named(data, "breast_cancer_pipeline")),
                output -> "accuracy " + number(output.getAsJsonObject("metrics").get("accuracy"))));
        runs.add(good(
                "Feature importance",
                order(gateway, importance, named(data, "diabetes")),
                output -> output.get("score").getAsString() + " " + number(output.get("baseline")) + ", chart "
                        + output.get("chart").getAsString()));
        runs.add(good(
                "Fairness of groups",
                onRisk,
                output -> "parity gap " + number(output.getAsJsonObject("gaps").get("demographic_parity"))));
        runs.add(good(
                "Quality of messy data",
                RunOrder.of(quality, order(gateway, quality, risk).model(), messy),
                output -> output.get("rows") + " rows, " + output.get("duplicate_rows") + " duplicate"));
        runs.add(new SampleRun(
                "Algorithm that raises", order(gateway, raises, risk), RunStatus.ERROR, JsonObject::toString));
        runs.add(new SampleRun(
                "Column that is not found",
                onRisk.withGroundTruth(onRisk.dataset(), "no_such_column"),
                RunStatus.ERROR,
                JsonObject::toString));
        runs.add(new SampleRun(
                "Cancelled while running",
                order(gateway, sleeps, risk).withArgument("seconds", CANCELLED_SECONDS),
                RunStatus.CANCELLED,
                JsonObject::toString));
        return runs;
    }

    private static SampleRun good(String name, RunOrder order, Function<JsonObject, String> figure) {
        return new SampleRun(name, order, RunStatus.SUCCESS, figure);
    }

    private static RegisteredAlgorithm sample(StrictGateway gateway, SampleAlgorithm algorithm, Path directory) {
        return gateway.addAlgorithm(algorithm.extract(directory));
    }

    private static SampleCase named(SampleData data, String name) {
        return data.cases().stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the sample data do not contain the case " + name));
    }

    private static RunOrder order(StrictGateway gateway, RegisteredAlgorithm algorithm, SampleCase on) {
        return RunOrder.of(algorithm, gateway.addModel(on.model(), on.modelType()), gateway.addDataset(on.dataset()))
                .withGroundTruth(gateway.addDataset(on.groundTruthDataset()), on.groundTruth());
    }

    private static String number(JsonElement value) {
        return String.format(Locale.ROOT, "%.3f", value.getAsDouble());
    }
}
