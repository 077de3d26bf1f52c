package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.AsciiJson;
import sg.aiverify.worker.pipeline.ArgumentDatasets;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.result.ResultWriter;
import sg.aiverify.worker.task.Task;

/**
 * What a Job reads: the inputs, each in a directory of its own so that equal names do not collide, what the runner is
 * asked, and what job.py is. Immutable.
 */
final class JobInputs {
    private static final String SCRIPTS = "scripts";
    private static final String CORE_SCRIPTS = "runner";
    private static final String REQUEST = "request.json";
    private static final String JOB = "job.json";

    private final Map<Path, String> places;
    private final Map<String, String> texts;
    private final String identity;

    private JobInputs(Map<Path, String> places, Map<String, String> texts, String identity) {
        this.places = places;
        this.texts = texts;
        this.identity = identity;
    }

    /** Where a pod sees what is mounted into it. */
    record Mounts(String inputs, String out) {
        static Mounts below(String mountPath) {
            return new Mounts(mountPath + "/inputs", mountPath + "/run");
        }

        /** What a pod's container executes, behind the interpreter. */
        List<String> arguments() {
            return List.of("-I", "-S", inputs + "/" + SCRIPTS + "/job.py", inputs + "/" + JOB);
        }
    }

    /** The Python files of this worker. */
    record Scripts(PythonScripts core, PythonScripts job) {
        static Scripts in(Path dataDirectory) {
            return new Scripts(
                    PythonScripts.ofCore(dataDirectory),
                    PythonScripts.of(JobInputs.class, List.of("job.py"), dataDirectory));
        }
    }

    /** Places the inputs of a run; refuses arguments that name a dataset which is not there. */
    static JobInputs of(
            Execution<ImageEnvironment> execution,
            Task task,
            Scripts scripts,
            JobSettings settings,
            long maxBytes,
            Clock clock) {
        TestInputs inputs = execution.inputs();
        Mounts mounts = Mounts.below(settings.mountPath());
        Map<Path, String> places = new LinkedHashMap<>();
        JsonObject arguments = ArgumentDatasets.replace(execution.arguments(), name -> {
            Path path = inputs.argumentDatasets().get(name);
            if (path == null) {
                throw new TaskFailedException(
                        "The arguments name the dataset '" + name + "', which was not downloaded");
            }
            return mounts.inputs() + "/" + place(places, path);
        });
        String request = new RunnerRequest(
                        mounts.inputs() + "/" + place(places, inputs.algorithm().directory()),
                        mounts.inputs() + "/" + place(places, inputs.testDataset()),
                        mounts.inputs() + "/" + place(places, inputs.model()),
                        inputs.findGroundTruth()
                                .map(truth -> mounts.inputs() + "/" + place(places, truth.dataset()))
                                .orElse(null),
                        inputs.findGroundTruth()
                                .map(TestInputs.GroundTruth::column)
                                .orElse(null),
                        arguments,
                        PodFiles.WORK)
                .toJson(task);
        String image = execution.environment().name();
        String upload = settings.uploadTo().orElse("");
        String identity = hash(request, image, inputs.algorithm().contentHash(), task.toJson(), upload);
        places.put(scripts.job().directory(), SCRIPTS);
        places.put(scripts.core().directory(), CORE_SCRIPTS);
        JsonObject job = job(execution.environment().python(), mounts, maxBytes);
        job.add("upload", JsonNull.INSTANCE);
        settings.uploadTo().ifPresent(url -> {
            JsonObject told = new JsonObject();
            told.addProperty("url", url);
            told.addProperty("run_id", task.id());
            told.addProperty("known", ResultWriter.knownBefore(task, inputs.algorithm(), execution.arguments()));
            told.addProperty(
                    "utc_offset_seconds",
                    clock.getZone().getRules().getOffset(clock.instant()).getTotalSeconds());
            job.add("upload", told);
        });
        return new JobInputs(Map.copyOf(places), Map.of(REQUEST, request, JOB, AsciiJson.of(job)), identity);
    }

    private static JsonObject job(String python, Mounts mounts, long maxBytes) {
        String runner = mounts.inputs() + "/" + CORE_SCRIPTS;
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
        job.add(
                "directories",
                list(Stream.of(
                        PodFiles.WORK,
                        PodFiles.PYTHON_HOME,
                        PodFiles.PYTHON_HOME + "/tmp",
                        PodFiles.PYTHON_HOME + "/cache")));
        job.addProperty("work", PodFiles.WORK);
        job.addProperty("out", mounts.out());
        job.addProperty("result", RunnerRequest.RESULT);
        job.addProperty("artifacts", RunnerRequest.ARTIFACTS);
        job.addProperty("max_bytes", maxBytes);
        return job;
    }

    private static JsonArray list(Stream<String> texts) {
        return new Gson().toJsonTree(texts.toList()).getAsJsonArray();
    }

    private static String place(Map<Path, String> places, Path file) {
        return places.computeIfAbsent(file, path -> places.size() + "/" + FileNames.text(path.getFileName()));
    }

    private static String hash(String... texts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String text : texts) {
                digest.update(text.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Tells one request from another: a Job of the same run that was asked something else is not its. */
    String identity() {
        return identity;
    }

    /**
     * Puts everything below a directory.
     *
     * @param directory an existing, empty directory
     * @param links puts files there
     */
    void putInto(Path directory, FileLinks links) throws IOException {
        for (Map.Entry<String, String> text : texts.entrySet()) {
            links.write(directory.resolve(text.getKey()), text.getValue());
        }
        for (Map.Entry<Path, String> place : places.entrySet()) {
            links.put(place.getKey(), FileNames.resolve(directory, place.getValue(), "An input of the run"));
        }
    }
}
