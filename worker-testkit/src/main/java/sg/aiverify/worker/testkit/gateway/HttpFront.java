package sg.aiverify.worker.testkit.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** The HTTP server in front of the routes. It listens on loopback only, injects faults, and can pause and resume. */
final class HttpFront implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(HttpFront.class);
    private static final int THREADS = 64;

    static {
        // Without this property, every response waits about 40 ms for the peer's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final Router router;
    private final Journal journal;
    private final Faults faults;
    private final ExecutorService threads;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final InetSocketAddress address;
    private @Nullable HttpServer server;

    HttpFront(int port, Router router, Journal journal, Faults faults) throws IOException {
        this.router = router;
        this.journal = journal;
        this.faults = faults;
        AtomicInteger count = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "strict-gateway-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.server = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        this.address = server.getAddress();
    }

    InetSocketAddress address() {
        return address;
    }

    private HttpServer listen(InetSocketAddress at) throws IOException {
        HttpServer listening = HttpServer.create(at, 0);
        listening.setExecutor(threads);
        listening.createContext("/", this::serve);
        listening.start();
        return listening;
    }

    synchronized void pause() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    synchronized void resume() throws IOException {
        if (server == null && !threads.isShutdown()) {
            server = listen(address);
        }
    }

    @Override
    public void close() {
        // Closes the connections first, so that delayed responses are not sent.
        pause();
        closed.countDown();
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = Optional.ofNullable(exchange.getRequestURI().getPath()).orElse("");
        Fault fault = faults.next(method, path).orElse(null);
        try {
            byte[] body = fault != null && fault.effect() == Fault.Effect.CLOSE_BEFORE_BODY
                    ? new byte[0]
                    : exchange.getRequestBody().readAllBytes();
            Optional<GatewayResponse> response =
                    respond(new GatewayRequest(method, path, headers(exchange), body, isLost(fault)), fault);
            // Records the request before the response is sent, so that the client finds the request in the journal.
            journal.request(new SeenRequest(
                    Instant.now(),
                    method,
                    path,
                    body.length,
                    response.map(GatewayResponse::status).orElse(0)));
            if (response.isPresent()) {
                send(exchange, response.get(), fault != null && fault.effect() == Fault.Effect.CUT_RESPONSE);
            }
        } finally {
            // Closes the connection if no response was sent.
            exchange.close();
        }
    }

    private Optional<GatewayResponse> respond(GatewayRequest request, @Nullable Fault fault) {
        if (fault == null) {
            return Optional.of(respond(request));
        }
        return switch (fault.effect()) {
            case RESPOND -> Optional.of(GatewayResponse.detail(fault.status(), "Internal server error"));
            case CLOSE_BEFORE_BODY, CLOSE_AFTER_BODY -> Optional.empty();
            case DELAY -> {
                pauseFor(fault.delay());
                yield Optional.of(respond(request));
            }
            case DELAY_RESPONSE -> {
                GatewayResponse response = respond(request);
                pauseFor(fault.delay());
                yield Optional.of(response);
            }
            case CUT_RESPONSE -> Optional.of(respond(request));
            case LOSE_RESPONSE -> {
                respond(request);
                yield Optional.empty();
            }
        };
    }

    private static boolean isLost(@Nullable Fault fault) {
        return fault != null
                && (fault.effect() == Fault.Effect.LOSE_RESPONSE || fault.effect() == Fault.Effect.DELAY_RESPONSE);
    }

    private GatewayResponse respond(GatewayRequest request) {
        try {
            return router.handle(request);
        } catch (Refusal refusal) {
            return refusal.response();
        } catch (RuntimeException bug) {
            LOG.error("The strict gateway failed on {} {}", request.method(), request.path(), bug);
            return GatewayResponse.crash();
        }
    }

    private static Map<String, String> headers(HttpExchange exchange) {
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        return headers;
    }

    private static void send(HttpExchange exchange, GatewayResponse response, boolean cut) throws IOException {
        response.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = response.body();
        exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            try (OutputStream out = exchange.getResponseBody()) {
                // For a response that must be cut, writes only half of the body. The closed stream then closes the
                // connection.
                out.write(body, 0, cut ? body.length / 2 : body.length);
            }
        }
    }

    private void pauseFor(Duration delay) {
        try {
            closed.await(delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
