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

/** The HTTP server in front of the routes: loopback only, with faults, and with a way to go away and come back. */
final class HttpFront implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(HttpFront.class);
    private static final int THREADS = 64;

    static {
        // Otherwise every answer waits some 40 ms for the peer's delayed acknowledgement.
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
        // Connections first, or those that wait for a delayed answer would still get it.
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
            Optional<GatewayResponse> answer =
                    answer(new GatewayRequest(method, path, headers(exchange), body, isLost(fault)), fault);
            // Noted before it is sent, so that whoever has the answer finds it in the journal.
            journal.request(new SeenRequest(
                    Instant.now(),
                    method,
                    path,
                    body.length,
                    answer.map(GatewayResponse::status).orElse(0)));
            if (answer.isPresent()) {
                send(exchange, answer.get(), fault != null && fault.effect() == Fault.Effect.CUT_RESPONSE);
            }
        } finally {
            // Without an answer sent, this closes the connection.
            exchange.close();
        }
    }

    private Optional<GatewayResponse> answer(GatewayRequest request, @Nullable Fault fault) {
        if (fault == null) {
            return Optional.of(answer(request));
        }
        return switch (fault.effect()) {
            case RESPOND -> Optional.of(GatewayResponse.detail(fault.status(), "Internal server error"));
            case CLOSE_BEFORE_BODY, CLOSE_AFTER_BODY -> Optional.empty();
            case DELAY -> {
                pauseFor(fault.delay());
                yield Optional.of(answer(request));
            }
            case DELAY_RESPONSE -> {
                GatewayResponse answer = answer(request);
                pauseFor(fault.delay());
                yield Optional.of(answer);
            }
            case CUT_RESPONSE -> Optional.of(answer(request));
            case LOSE_RESPONSE -> {
                answer(request);
                yield Optional.empty();
            }
        };
    }

    private static boolean isLost(@Nullable Fault fault) {
        return fault != null
                && (fault.effect() == Fault.Effect.LOSE_RESPONSE || fault.effect() == Fault.Effect.DELAY_RESPONSE);
    }

    private GatewayResponse answer(GatewayRequest request) {
        try {
            return router.handle(request);
        } catch (Refusal refusal) {
            return refusal.answer();
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

    private static void send(HttpExchange exchange, GatewayResponse answer, boolean cut) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = answer.body();
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            try (OutputStream out = exchange.getResponseBody()) {
                // Closed too early, the stream ends the connection.
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
