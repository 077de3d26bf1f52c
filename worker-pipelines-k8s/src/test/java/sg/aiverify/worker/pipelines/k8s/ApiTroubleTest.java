package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceAwayException;

@Timeout(60)
class ApiTroubleTest {
    private static KubernetesClientException trouble(AnsweringApiServer server) {
        return catchThrowableOfType(
                KubernetesClientException.class,
                () -> server.client().pods().inNamespace("tests").list());
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void aServerThatIsOverloadedOrFailsIsAway(int code) {
        try (AnsweringApiServer server =
                new AnsweringApiServer(request -> AnsweringApiServer.Answer.refusal(code, "too much"))) {
            assertThat(ApiTrouble.of("list pods", trouble(server)))
                    .isInstanceOf(ServiceAwayException.class)
                    .hasMessageStartingWith("Kubernetes' API server is away, the worker cannot list pods: ")
                    .hasMessageContaining("too much");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 409})
    void aRefusalIsTheRunsOwnTrouble(int code) {
        try (AnsweringApiServer server =
                new AnsweringApiServer(request -> AnsweringApiServer.Answer.refusal(code, "not so"))) {
            assertThat(ApiTrouble.of("list pods", trouble(server)))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageStartingWith("The worker cannot list pods: Kubernetes refuses it (" + code + "): ")
                    .hasMessageContaining("not so");
        }
    }

    @Test
    void aRefusedConnectionIsAServerThatIsAwayAndNamesTheReason() {
        try (AnsweringApiServer server = new AnsweringApiServer(request -> new AnsweringApiServer.Answer(200, "{}"))) {
            server.stop();
            assertThat(ApiTrouble.of("list pods", trouble(server)))
                    .isInstanceOf(ServiceAwayException.class)
                    .hasMessageContaining("onnect");
        }
    }

    @Test
    void theReasonIsThatOfTheConnectionElseWhateverWasSaid() {
        assertThat(ApiTrouble.of("x", new KubernetesClientException("said", new IOException("reset"))))
                .hasMessageEndingWith(": reset");
        assertThat(ApiTrouble.of(
                        "x",
                        new KubernetesClientException("said", new IOException(null, new TimeoutException("10 s")))))
                .hasMessageEndingWith(": 10 s");
        assertThat(ApiTrouble.of("x", new KubernetesClientException("said", new IllegalStateException("bug"))))
                .hasMessageEndingWith(": said");
        assertThat(ApiTrouble.of("x", new KubernetesClientException((String) null))
                        .getMessage())
                .contains("kubernetes client");
    }

    @Test
    void anInterruptionIsKnownByTheThreadsFlagOrByItsCauseAndNothingElseIsOne() {
        Thread.currentThread().interrupt();
        assertThat(ApiTrouble.interruption("the copy", new IOException("closed")))
                .get()
                .asString()
                .contains("the copy was interrupted");
        assertThat(Thread.interrupted()).as("the flag is cleared").isFalse();
        assertThat(ApiTrouble.interruption("x", new IOException(new InterruptedException())))
                .isPresent();
        assertThat(ApiTrouble.interruption("x", new IOException("closed"))).isEmpty();
    }
}
