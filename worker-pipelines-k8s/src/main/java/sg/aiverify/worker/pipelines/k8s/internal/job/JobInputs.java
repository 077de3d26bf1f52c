package sg.aiverify.worker.pipelines.k8s.internal.job;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.json.internal.AsciiJson;
import sg.aiverify.worker.pipelines.k8s.internal.pod.InputLayout;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodPaths;
import sg.aiverify.worker.pipelines.k8s.internal.settings.JobSettings;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.result.internal.ResultWriter;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.task.Task;

/**
 * The input files of a Job: the run's inputs, the request to the runner, the request to job.py, and the Python files.
 * Immutable.
 */
public final class JobInputs {
    private static final String SCRIPTS = "scripts";
    private static final String CORE_SCRIPTS = "runner";
    private static final String REQUEST = "request.json";
    private static final String JOB = "job.json";

    private final Map<Path, String> names;
    private final Map<String, String> texts;
    private final String identity;

    private JobInputs(Map<Path, String> names, Map<String, String> texts, String identity) {
        this.names = names;
        this.texts = texts;
        this.identity = identity;
    }

    /** The paths at which a pod sees the two directories of the volume. */
    public record Mounts(String inputs, String out) {
        static Mounts below(String mountPath) {
            return new Mounts(mountPath + "/inputs", mountPath + "/run");
        }

        /** Returns the arguments of the interpreter, which is the container's command. */
        List<String> arguments() {
            return List.of("-I", "-S", inputs + "/" + SCRIPTS + "/job.py", inputs + "/" + JOB);
        }
    }

    /** The Python files of worker-core and of this module. */
    public record Scripts(PythonScripts core, PythonScripts job) {
        public static Scripts in(Path dataDirectory) {
            return new Scripts(
                    PythonScripts.ofCore(dataDirectory),
                    PythonScripts.of(JobInputs.class, List.of("job.py"), dataDirectory));
        }
    }

    /**
     * Creates the inputs of a run.
     *
     * @throws sg.aiverify.worker.failure.TaskFailedException if the arguments contain a dataset that was not downloaded
     */
    public static JobInputs of(
            Execution<ImageEnvironment> execution,
            Task task,
            Scripts scripts,
            JobSettings settings,
            long maxBytes,
            Clock clock) {
        Mounts mounts = Mounts.below(settings.mountPath());
        InputLayout layout = new InputLayout(execution, mounts.inputs());
        String request = layout.request().toJson(task);
        Algorithm algorithm = execution.inputs().algorithm();
        String upload = settings.uploadTo().orElse("");
        String identity = hash(request, execution.environment().name(), algorithm.contentHash(), task.toJson(), upload);
        Map<Path, String> names = new LinkedHashMap<>(layout.names());
        names.put(scripts.job().directory(), SCRIPTS);
        names.put(scripts.core().directory(), CORE_SCRIPTS);
        JsonObject job = job(execution.environment().python(), mounts, maxBytes);
        job.add("upload", JsonNull.INSTANCE);
        settings.uploadTo().ifPresent(url -> {
            JsonObject uploadJob = new JsonObject();
            uploadJob.addProperty("url", url);
            uploadJob.addProperty("run_id", task.id());
            uploadJob.addProperty("known", ResultWriter.knownBefore(task, algorithm, execution.arguments()));
            uploadJob.addProperty(
                    "utc_offset_seconds",
                    clock.getZone().getRules().getOffset(clock.instant()).getTotalSeconds());
            job.add("upload", uploadJob);
        });
        return new JobInputs(Map.copyOf(names), Map.of(REQUEST, request, JOB, AsciiJson.of(job)), identity);
    }

    /** Returns the directory of the Python files of worker-core, as a Job's pod sees it. */
    public static Path scripts(JobSettings settings) {
        return Path.of(coreScripts(Mounts.below(settings.mountPath())));
    }

    private static String coreScripts(Mounts mounts) {
        return mounts.inputs() + "/" + CORE_SCRIPTS;
    }

    private static JsonObject job(String python, Mounts mounts, long maxBytes) {
        String runner = coreScripts(mounts);
        JsonObject job = new JsonObject();
        job.add(
                "command",
                list(Stream.of(
                        python,
                        "-I",
                        "-S",
                        "-B",
                        runner + "/supervisor.py",
                        python,
                        "-B",
                        runner + "/runner.py",
                        "--request",
                        mounts.inputs() + "/" + REQUEST)));
        job.add("directories", list(PodPaths.directories().stream()));
        job.addProperty("work", PodPaths.WORK);
        job.addProperty("out", mounts.out());
        job.addProperty("result", RunnerRequest.RESULT);
        job.addProperty("artifacts", RunnerRequest.ARTIFACTS);
        job.addProperty("max_bytes", maxBytes);
        return job;
    }

    private static JsonArray list(Stream<String> texts) {
        return new Gson().toJsonTree(texts.toList()).getAsJsonArray();
    }

    private static String hash(String... texts) {
        return DigestUtils.sha256Hex(String.join("\0", texts) + "\0");
    }

    /** Returns a hash of the request, by which a worker detects that a Job of the same run has another request. */
    String identity() {
        return identity;
    }

    /**
     * Writes all input files.
     *
     * @param directory an existing, empty directory for the files
     * @param files writes the files so that the pod can read them
     */
    void writeTo(Path directory, VolumeFiles files) throws IOException {
        for (Map.Entry<String, String> text : texts.entrySet()) {
            files.write(directory.resolve(text.getKey()), text.getValue());
        }
        for (Map.Entry<Path, String> name : names.entrySet()) {
            files.put(name.getKey(), FileNames.resolve(directory, name.getValue(), "An input of the run"));
        }
    }
}
