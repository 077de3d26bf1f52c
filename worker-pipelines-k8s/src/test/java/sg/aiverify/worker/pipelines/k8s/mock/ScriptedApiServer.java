package sg.aiverify.worker.pipelines.k8s.mock;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** An API server whose responses a test defines. */
public final class ScriptedApiServer implements AutoCloseable {
    private final HttpServer server;
    private final KubernetesClient client;

    /** A status and a body, which may be empty. */
    public record Answer(int code, String body) {
        /** Returns a refusal in the format of Kubernetes. */
        public static Answer refusal(int code, String message) {
            return new Answer(code, """
                    {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": %d, "message": "%s"}""".formatted(code, message));
        }
    }

    /** Starts it; the function receives method, path and body of each request. */
    public ScriptedApiServer(Function<String, Answer> answers) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer = answers.apply(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " " + body);
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.code(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    public KubernetesClient client() {
        return client;
    }

    /** Stops it; later connections are refused. */
    public void stop() {
        server.stop(0);
    }

    @Override
    public void close() {
        client.close();
        server.stop(0);
    }
}
