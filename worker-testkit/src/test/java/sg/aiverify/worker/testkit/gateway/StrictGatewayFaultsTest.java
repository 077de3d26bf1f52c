package sg.aiverify.worker.testkit.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.gateway.RunStatus;

class StrictGatewayFaultsTest {
    @TempDir
    Path directory;

    private GatewayScene scene;
    private String id = "";

    @BeforeEach
    void open() throws IOException {
        scene = new GatewayScene(directory);
        id = scene.startRun();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private RunView view() {
        return scene.gateway.run(id).orElseThrow();
    }

    @Test
    void aStatusIsAnsweredForAsManyMatchingRequestsAsAsked() throws IOException {
        scene.gateway.inject(Fault.respond(503).on("PATCH", "/test_runs/.*").times(2));

        assertThat(scene.patch(id, "{\"progress\": 5}").statusCode()).isEqualTo(503);
        assertThat(scene.get("/test_runs/" + id).statusCode()).isEqualTo(200);
        assertThat(scene.patch(id, "{\"progress\": 6}").statusCode()).isEqualTo(503);
        assertThat(scene.patch(id, "{\"progress\": 7}").statusCode()).isEqualTo(200);
        assertThat(view().progressHistory()).containsExactly(7);
    }

    @Test
    void aConnectionClosedBeforeOrAfterTheBodyLeavesNoTrace() {
        scene.gateway.inject(Fault.closeBeforeBody());
        scene.gateway.inject(Fault.closeAfterBody());

        assertThatThrownBy(() -> scene.patch(id, "{\"progress\": 5}")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> scene.patch(id, "{\"progress\": 6}")).isInstanceOf(IOException.class);

        assertThat(view().progressHistory()).isEmpty();
    }

    @Test
    void aLostAnswerHasItsEffect() {
        scene.gateway.inject(Fault.loseResponse().on("POST", "/test_results/.*"));

        assertThatThrownBy(() -> scene.uploadResult(GatewayScene.result(id))).isInstanceOf(IOException.class);

        assertThat(view().status()).isEqualTo(RunStatus.SUCCESS);
    }

    @Test
    void aDelayedAnswerComesAfterItsEffect() throws Exception {
        scene.gateway.inject(Fault.delayResponse(Duration.ofMinutes(5)).on("PATCH", ".*"));
        CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return scene.patch(id, "{\"status\": \"error\"}").statusCode();
            } catch (IOException closed) {
                return 0;
            }
        });

        assertThat(scene.gateway.awaitEnd(id, Duration.ofSeconds(20)).status()).isEqualTo(RunStatus.ERROR);
        assertThat(answer).isNotDone();
        scene.gateway.close();
        assertThat(answer.get(30, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aDelayedRequestHasNoEffectYet() throws InterruptedException, ExecutionException, TimeoutException {
        scene.gateway.inject(Fault.delay(Duration.ofMillis(200)).on("PATCH", ".*"));

        CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return scene.patch(id, "{\"progress\": 5}").statusCode();
            } catch (IOException failed) {
                throw new IllegalStateException(failed);
            }
        });

        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(view().progress()).isEqualTo(5);
    }

    @Test
    void faultsThatHaveNotHappenedCanBeForgotten() throws IOException {
        scene.gateway.inject(Fault.respond(500).times(9));
        scene.gateway.clearFaults();

        assertThat(scene.get("/test_models/").statusCode()).isEqualTo(200);
    }

    @Test
    void aPausedGatewayRefusesConnectionsAndKeepsItsRowsAndPort() throws IOException {
        scene.gateway.pause();
        assertThatThrownBy(() -> scene.get("/test_runs/" + id)).isInstanceOf(IOException.class);

        scene.gateway.resume();

        assertThat(scene.get("/test_runs/" + id).statusCode()).isEqualTo(200);
    }

    @Test
    void everyRequestIsRecordedWithItsAnswer() throws IOException {
        scene.gateway.inject(Fault.closeAfterBody().on("PATCH", ".*"));
        scene.get("/test_models/");
        assertThatThrownBy(() -> scene.patch(id, "{}")).isInstanceOf(IOException.class);

        List<SeenRequest> requests = scene.gateway.requests();
        assertThat(requests).extracting(SeenRequest::method).containsExactly("GET", "PATCH");
        assertThat(requests).extracting(SeenRequest::status).containsExactly(200, 0);
        assertThat(requests).extracting(SeenRequest::bodyBytes).containsExactly(0, 2);
    }

    @Test
    void aFaultHitsAtLeastOnce() {
        assertThatThrownBy(() -> Fault.respond(500).times(0)).hasMessageContaining("at least 1, was 0");
    }
}
