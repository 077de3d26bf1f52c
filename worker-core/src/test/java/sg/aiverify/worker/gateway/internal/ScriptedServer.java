package sg.aiverify.worker.gateway.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server that responds as the test prescribes. The last response to a request is repeated. */
public final class ScriptedServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Deque<Step>> script = new ConcurrentHashMap<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    /** Sends the response to one request, or closes the exchange without one. */
    @FunctionalInterface
    public interface Step {
        void answer(HttpExchange exchange) throws IOException;
    }

    /** A received request; its body is set only if a step has read it. */
    public record Seen(String line, Map<String, List<String>> headers) {}

    public ScriptedServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String line =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
            seen.add(new Seen(line, Map.copyOf(exchange.getRequestHeaders())));
            try (exchange) {
                next(line).answer(exchange);
            }
        });
        server.start();
    }

    private synchronized Step next(String line) {
        Deque<Step> steps = script.get(line);
        if (steps == null) {
            return json(404, "{\"detail\":\"Not scripted: " + line + "\"}");
        }
        return steps.size() > 1 ? steps.removeFirst() : steps.getFirst();
    }

    /** Sets the responses to a request, for example {@code "GET /test_runs/1"}. The last step is repeated. */
    public synchronized ScriptedServer on(String line, Step... steps) {
        script.put(line, new ArrayDeque<>(List.of(steps)));
        return this;
    }

    public static Step json(int code, String body) {
        return bytes(code, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    public static Step status(String status) {
        return json(200, "{\"id\":\"1\",\"algorithmArgs\":{\"status\":\"x\"},\"status\":\"" + status + "\"}");
    }

    public static Step bytes(byte[] body) {
        return bytes(200, "application/octet-stream", body);
    }

    public static Step bytes(int code, String type, byte[] body) {
        return exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        };
    }

    /** Sends half of the announced content, then closes the connection. */
    public static Step cutOff(byte[] body) {
        return exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body, 0, body.length / 2);
            exchange.getResponseBody().flush();
        };
    }

    /** Reads the whole request, then closes the connection without a response. */
    public static Step noAnswer() {
        return exchange -> {
            try (InputStream body = exchange.getRequestBody()) {
                body.readAllBytes();
            }
        };
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public List<String> lines() {
        return seen.stream().map(Seen::line).toList();
    }

    public long count(String line) {
        return seen.stream().filter(request -> request.line().equals(line)).count();
    }

    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
