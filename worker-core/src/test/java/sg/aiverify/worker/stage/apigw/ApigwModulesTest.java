package sg.aiverify.worker.stage.apigw;

import static org.assertj.core.api.Assertions.assertThat;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.json;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.status;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.gateway.internal.HttpGateway;
import sg.aiverify.worker.gateway.internal.QuickGateway;
import sg.aiverify.worker.gateway.internal.ScriptedServer;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;

@Timeout(60)
class ApigwModulesTest {
    private static final String RUN = "0d5f6a86-8d8c-4a8e-9a41-3f6c0c1d2e3f";

    @TempDir
    private Path directory;

    private final ScriptedServer server = new ScriptedServer();
    private final HttpGateway gateway = QuickGateway.at(server.url());
    private final CancellationSource running = new CancellationSource();

    @AfterEach
    void stop() {
        gateway.close();
        server.close();
    }

    @Test
    void only_a_pending_run_is_wanted() {
        server.on(
                "GET /test_runs/" + RUN,
                status("pending"),
                status("cancelled"),
                status("success"),
                status("error"),
                json(404, "{}"));
        ApigwUpload pipe = new ApigwUpload(gateway);
        assertThat(pipe.demand(RUN, running)).isEqualTo(Demand.NEEDED);
        assertThat(pipe.demand(RUN, running)).isEqualTo(Demand.CANCELLED);
        assertThat(pipe.demand(RUN, running)).isEqualTo(Demand.over("already finished"));
        assertThat(pipe.demand(RUN, running)).isEqualTo(Demand.over("already finished"));
        assertThat(pipe.demand(RUN, running)).isEqualTo(Demand.over("unknown at the gateway"));
    }

    @Test
    void progress_goes_to_the_gateway() {
        server.on("PATCH /test_runs/" + RUN, json(200, "{}"));
        assertThat(new ApigwUpload(gateway).progress(RUN, 50)).isTrue();
    }

    @Test
    void a_result_goes_to_the_gateway_while_the_run_is_pending() throws Exception {
        server.on("GET /test_runs/" + RUN, status("pending"), status("cancelled"))
                .on("POST /test_results/upload_zip", json(200, "[]"));
        ResultArchive archive = new ResultArchive(RUN, Files.writeString(directory.resolve("a.zip"), "zip"), List.of());
        InputsRun run = new InputsRun(
                Task.builder(RUN)
                        .algorithm("g", "c")
                        .model(ModelType.REGRESSION, "m")
                        .testDataset("d")
                        .build(),
                directory);
        ApigwUpload pipe = new ApigwUpload(gateway);
        assertThat(pipe.upload(archive, run)).isTrue();
        assertThat(pipe.upload(archive, run)).isFalse();
    }

    @Test
    void an_error_goes_to_the_gateway_with_its_stage() {
        AtomicReference<String> body = new AtomicReference<>();
        server.on("PATCH /test_runs/" + RUN, exchange -> {
            body.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            json(200, "{}").answer(exchange);
        });
        Failure failure = new Failure(FailureKind.TASK, "pipeline_execute", "Failed to run algorithm: no");
        assertThat(new ApigwErrorUpdate(gateway).report(RUN, failure, running)).isTrue();
        assertThat(body.get())
                .isEqualTo(
                        "{\"status\":\"error\",\"errorMessages\":\"pipeline_execute: Failed to run algorithm: no\"}");
    }

    @Test
    void the_modules_are_found_by_the_names_of_the_original() {
        assertThat(ServiceLoader.load(ModuleProvider.class))
                .filteredOn(provider ->
                        provider.getClass().getPackage().equals(getClass().getPackage()))
                .extracting(provider -> provider.stage().wireName() + " " + provider.name())
                .containsExactlyInAnyOrder(
                        "download apigw_download", "upload apigw_upload", "pipeline_error apigw_error_update");
    }
}
