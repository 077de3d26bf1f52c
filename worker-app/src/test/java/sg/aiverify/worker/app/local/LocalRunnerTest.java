package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.app.terminal.ProgressDisplay;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.listener.StageEnd;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

class LocalRunnerTest {
    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private final CapturedTerminal captured = CapturedTerminal.pipe();
    private final LocalWatch watch =
            new LocalWatch(ProgressDisplay.none(captured.terminal()), false, UnaryOperator.identity());
    private Path algorithm = Path.of("");

    @BeforeEach
    void makeAlgorithm() throws IOException {
        algorithm = Files.createDirectory(directory.resolve("algorithm"));
        BareAlgorithm.write(algorithm);
    }

    @Test
    void theTaskGoesThroughTheEngineWithTheLocalModulesPicked() throws InterruptedException {
        List<Task> tasks = new ArrayList<>();
        AtomicInteger closed = new AtomicInteger();
        LocalRunner runner = new LocalRunner(
                (settings, providers, listener) -> {
                    assertThat(providers)
                            .extracting(ModuleProvider::stage)
                            .containsExactly(Stage.DOWNLOAD, Stage.UPLOAD, Stage.PIPELINE_ERROR);
                    assertThat(providers)
                            .allSatisfy(provider -> assertThat(
                                            settings.get(provider.stage().setting()))
                                    .isEqualTo(provider.name()));
                    return worker(closed, json -> {
                        tasks.add(TaskParser.parse(json));
                        nanos.addAndGet(Duration.ofMillis(1500).toNanos());
                        return new Outcome.Stopped(CancelReason.SHUTDOWN);
                    });
                },
                nanos::get);

        LocalRunReport report = runner.run(run(), directory.resolve("out.zip"), Settings.defaults(), watch);

        assertThat(tasks)
                .singleElement()
                .satisfies(task -> assertThat(task.cid()).isEqualTo("c"));
        assertThat(report.duration()).isEqualTo(Duration.ofMillis(1500));
        assertThat(report.result()).isEmpty();
        assertThat(closed).hasValue(1);
    }

    @Test
    void stoppingInterruptsTheRunAndStillClosesTheEngine() throws InterruptedException {
        AtomicInteger closed = new AtomicInteger();
        CountDownLatch running = new CountDownLatch(1);
        LocalRunner runner = new LocalRunner(
                (settings, providers, listener) -> worker(closed, json -> {
                    running.countDown();
                    new CountDownLatch(1).await();
                    return new Outcome.NotNeeded("already finished");
                }),
                nanos::get);
        Thread stopper = new Thread(() -> {
            try {
                running.await();
                runner.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stopper.start();

        LocalRunReport report = runner.run(run(), directory.resolve("out.zip"), Settings.defaults(), watch);

        stopper.join();
        assertThat(report.outcome()).isEqualTo(new Outcome.Stopped(CancelReason.SHUTDOWN));
        assertThat(closed).hasValue(1);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aRunThatIsStoppedBeforeItBeginsNeverBegins() throws InterruptedException {
        AtomicInteger closed = new AtomicInteger();
        LocalRunner runner = new LocalRunner(
                (settings, providers, listener) -> worker(closed, json -> {
                    throw new AssertionError("it began");
                }),
                nanos::get);
        runner.stop();

        LocalRunReport report = runner.run(run(), directory.resolve("out.zip"), Settings.defaults(), watch);

        assertThat(report.outcome()).isInstanceOf(Outcome.Stopped.class);
        assertThat(closed).hasValue(1);
    }

    @Test
    void theRealEngineTakesTheLocalModules() {
        Map<String, String> values =
                Map.of("TEWORKER_DATA_DIR", directory.resolve("data").toString(), "PIPELINE_BUILD", "no_such_module");
        LocalRunner runner = new LocalRunner(
                (settings, providers, listener) -> {
                    Worker.Builder builder = Worker.builder().settings(settings);
                    providers.forEach(builder::provider);
                    builder.build().close();
                    throw new AssertionError("the unknown build module was accepted");
                },
                nanos::get);

        // Only the wrong module is refused: the three local ones were found.
        assertThatThrownBy(() -> runner.run(run(), directory.resolve("out.zip"), Settings.of(values), watch))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no_such_module")
                .hasMessageNotContaining("local_");
    }

    @Test
    void theResultIsWrittenInOnePieceOverAnOldOne() throws IOException {
        Path archive = Files.writeString(directory.resolve("archive.zip"), "new result");
        Path target = Files.writeString(directory.resolve("out.zip"), "old");
        AtomicInteger progress = new AtomicInteger();
        LocalDelivery delivery = new LocalDelivery(target, progress::set);
        Path foreign = Files.writeString(directory.resolve("out.zip.part"), "not ours");

        assertThat(delivery.progress("id", 40)).isTrue();
        assertThat(delivery.delivered()).isEmpty();

        assertThat(progress).hasValue(40);
        assertThat(delivery.store(new ResultArchive("id", archive, List.of("a/plot.png"))))
                .isTrue();
        assertThat(target).hasContent("new result");
        assertThat(foreign).hasContent("not ours");
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("algorithm", "archive.zip", "out.zip", "out.zip.part");
        assertThat(delivery.delivered())
                .contains(new LocalRunReport.Result(target, "new result".length(), List.of("a/plot.png")));
    }

    @Test
    void aSuccessShowsWhereTheResultIsItsFiguresTheWarningsAndTheTimes() throws IOException, InterruptedException {
        Path zip = directory.resolve("out.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("results.json"));
            out.write(
                    "{\"gid\": \"g\", \"output\": {\"accuracy\": 0.97894, \"n\": 3, \"rate\": 0.0, \"most\": 1.7976931348623157e308, \"\\u001b[2J\": 1}, \"artifacts\": []}"
                            .getBytes(StandardCharsets.UTF_8));
        }
        watch.noted("id", RunNote.warning("odd\u001b[2J data"));
        String noNumber =
                "The output contains numbers that JSON does not support, at 'rate' (nan), 'most' (inf); NaN is stored as 0";
        watch.noted("id", RunNote.warning(noNumber));
        watch.stageEnded("id", Stage.PIPELINE_EXECUTE, StageEnd.SUCCEEDED, Duration.ofMillis(2000));
        watch.started(Duration.ofMillis(120));
        watch.stageEnded("id", Stage.DOWNLOAD, StageEnd.SUCCEEDED, Duration.ofMillis(100));
        ResultArchive archive = new ResultArchive("id", directory.resolve("gone.zip"), List.of());
        LocalRunReport report = new LocalRunReport(
                new Outcome.Succeeded(archive),
                Duration.ofMillis(2340),
                Optional.of(new LocalRunReport.Result(zip, 12345, List.of("a.png", "b.png"))),
                watch);

        assertThat(report.print(captured.terminal())).isTrue();
        assertThat(captured.out().lines())
                .containsExactly(
                        "Result:     " + zip,
                        "Size:       12,345 bytes",
                        "Artifacts:  a.png, b.png",
                        "Figures:    accuracy  0.97894",
                        "            n         3",
                        "            rate      nan, stored as 0",
                        "            most      inf, stored as ≈1.798E+308",
                        "                      1",
                        "Warnings:   - odd data",
                        "            - " + noNumber,
                        "Time:       2.3 s (start 0.1 s, inputs 0.1 s, pipeline_execute 2.0 s, other 0.1 s)");
        assertThat(captured.err()).isEmpty();
    }

    @Test
    void aFailureShowsItsTextWithoutEscapeSequencesAndTheWarningsBeforeIt() throws InterruptedException {
        watch.noted("id", RunNote.warning("odd data"));
        LocalRunReport report = new LocalRunReport(
                new Outcome.Failed(new Failure(FailureKind.TASK, "validate_input", "wrong\u001b[2J\nargument")),
                Duration.ofSeconds(1),
                Optional.empty(),
                watch);

        assertThat(report.print(captured.terminal())).isFalse();
        assertThat(captured.err())
                .isEqualTo("warning: odd data\nerror: the run failed in the validate_input stage after 1.0 s\n"
                        + "    | wrong\n    | argument\n");
    }

    @Test
    void whatFailsBeforeOrAfterTheRunIsNotCalledADownloadOrAnUpload() throws InterruptedException {
        for (String stage : List.of("download", "upload")) {
            new LocalRunReport(
                            new Outcome.Failed(new Failure(FailureKind.TASK, stage, "odd")),
                            Duration.ofSeconds(1),
                            Optional.empty(),
                            watch)
                    .print(captured.terminal());
        }
        assertThat(captured.err())
                .contains("failed while reading its inputs", "failed while writing its result")
                .doesNotContain("load");
    }

    private LocalRun run() {
        return new LocalRun(
                "2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e",
                algorithm,
                algorithm,
                ModelType.CLASSIFICATION,
                algorithm,
                null,
                null,
                new JsonObject(),
                Map.of());
    }

    private interface Body {
        Outcome run(String json) throws InterruptedException;
    }

    private static LocalWorker worker(AtomicInteger closed, Body body) {
        return new LocalWorker() {
            @Override
            public Outcome run(String taskJson) throws InterruptedException {
                return body.run(taskJson);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }
}
