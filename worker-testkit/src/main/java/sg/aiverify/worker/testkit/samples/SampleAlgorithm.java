package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.STABLE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/** The sample algorithms. They do real computations, which take about a second. */
@API(status = STABLE, since = "1.0")
public enum SampleAlgorithm {
    /** Metrics of predictions, for classifiers and regressors. Arguments: {@code average}, {@code calibration_bins}. */
    PERFORMANCE_METRICS("performance_metrics", true),
    /**
     * Importance of features, measured by shuffling, for classifiers and regressors. Reports progress for each feature,
     * and writes a chart as an artifact. Arguments: {@code repeats}, {@code seed}, {@code chart_features}. Needs
     * Pillow.
     */
    PERMUTATION_IMPORTANCE("permutation_importance", true),
    /**
     * Fairness between groups, for classifiers. Arguments: {@code sensitive_feature} (required),
     * {@code favourable_label}, and {@code group_labels}, the name of a dataset.
     */
    SUBGROUP_FAIRNESS("subgroup_fairness", false),
    /**
     * Quality of a table, without ground truth. Arguments: {@code outlier_factor}, {@code correlation_threshold}.
     */
    DATA_QUALITY("data_quality", false);

    private final String cid;
    private final boolean hasInit;

    SampleAlgorithm(String cid, boolean hasInit) {
        this.cid = cid;
        this.hasInit = hasInit;
    }

    /**
     * Returns the plug-in's id.
     *
     * @return the gid
     */
    public String gid() {
        return "aiverify.sample." + cid;
    }

    /**
     * Returns the algorithm's id.
     *
     * @return the cid
     */
    public String cid() {
        return cid;
    }

    /**
     * Writes the algorithm's folder in the documented plug-in layout. It replaces an earlier one.
     *
     * @param parent the parent directory of the folder; created if it does not exist
     * @return the folder, named after the cid
     * @throws UncheckedIOException if it cannot be written
     */
    public Path extract(Path parent) {
        Path folder = parent.resolve(cid);
        try {
            for (String file : files()) {
                Resource.copy(cid + "/" + file, folder.resolve(file));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write sample algorithm " + cid + " to " + folder, failed);
        }
        return folder;
    }

    List<String> files() {
        String inner = "aiverify_sample_" + cid + "/";
        List<String> files = new ArrayList<>(List.of(
                "README.md",
                "pyproject.toml",
                inner + "__init__.py",
                inner + "algo.meta.json",
                inner + "algo.py",
                inner + "input.schema.json",
                inner + "output.schema.json"));
        if (hasInit) {
            files.add(inner + "algo_init.py");
        }
        return files;
    }
}
