package sg.aiverify.worker.app.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.function.Supplier;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.HttpProcessors;
import org.apache.hc.core5.http.impl.bootstrap.AsyncServerBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.nio.AsyncServerExchangeHandler;
import org.apache.hc.core5.http.nio.support.BasicServerExchangeHandler;
import org.apache.hc.core5.http.nio.support.ImmediateResponseExchangeHandler;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.ListenerEndpoint;
import org.apache.hc.core5.util.Timeout;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.run.internal.DaemonThreads;

/**
 * The HTTP server for operators. One thread reads and writes all connections without blocking, so a client that hangs
 * occupies only its connection. A few other threads create the responses. Thread-safe.
 */
public final class OperatorServer implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(OperatorServer.class);
    /** The value of the header {@code Server} in the server's responses. */
    static final String NAME = "aiverify-worker";

    private static final int CONNECTIONS = 128;
    private static final int THREADS = 4;
    private static final int PROBE_THREADS = 2;
    private static final int WAITING_REQUESTS = 64;
    /** The time after which an idle connection is closed: longer than the usual time between two scrapes. */
    private static final Timeout SILENCE = Timeout.ofSeconds(90);

    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 64;

    private final HttpAsyncServer server;
    private final ThreadPoolExecutor threads = threads("http", THREADS);
    /** The threads for probes, which must not wait for slow requests. */
    private final ThreadPoolExecutor probeThreads = threads("probes", PROBE_THREADS);

    private final InetSocketAddress address;

    private OperatorServer(HttpSettings settings, List<Endpoint> endpoints) throws IOException {
        Routes routes = new Routes(endpoints, settings.token());
        this.server = AsyncServerBootstrap.bootstrap()
                .setIOReactorConfig(IOReactorConfig.custom()
                        .setIoThreadCount(1)
                        .setSoTimeout(SILENCE)
                        .setSoReuseAddress(true)
                        .setTcpNoDelay(true)
                        .build())
                .setHttp1Config(Http1Config.custom()
                        .setMaxLineLength(MAX_LINE)
                        .setMaxHeaderCount(MAX_HEADERS)
                        .build())
                .setHttpProcessor(HttpProcessors.server(NAME))
                .setIOSessionListener(new OpenConnections(CONNECTIONS))
                .setExceptionCallback(e -> log.debug("A connection failed", e))
                .setRequestRouter((request, context) -> handler(routes, request))
                .create();
        server.start();
        try {
            this.address = listen(new InetSocketAddress(settings.host(), settings.port()));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts a server with the settings.
     *
     * @param settings the worker's settings
     * @param endpoints its endpoints
     * @return the server; empty if it is switched off, or if its default port is in use (this method logs a warning)
     * @throws ConfigurationException if the settings cannot be used, or the configured port is in use
     */
    public static Optional<OperatorServer> open(Settings settings, List<Endpoint> endpoints) {
        Optional<HttpSettings> configured = HttpSettings.from(settings);
        if (configured.isEmpty()) {
            return Optional.empty();
        }
        HttpSettings http = configured.get();
        try {
            OperatorServer server = new OperatorServer(http, endpoints);
            log.info("Health, readiness and metrics: http://{}", http.authority(server.address.getPort()));
            if (http.isOpenToOthers()) {
                log.warn(
                        "Any client that reaches {} can read the metrics; to prevent this, set {} to a file with a"
                                + " token",
                        http.authority(server.address.getPort()),
                        AppSettings.HTTP_TOKEN_FILE);
            }
            return Optional.of(server);
        } catch (IOException e) {
            String problem = bearable(http, e);
            log.warn(
                    "Starting without the HTTP server for health, readiness and metrics: {}; set {} to a free port,"
                            + " or to off",
                    problem,
                    AppSettings.HTTP_PORT);
            return Optional.empty();
        }
    }

    /**
     * Checks whether a server could be started with the settings, without starting one.
     *
     * @param settings the worker's settings
     * @throws ConfigurationException if the settings cannot be used, or the configured port is in use
     */
    public static void check(Settings settings) {
        HttpSettings.from(settings).ifPresent(http -> {
            try (ServerSocket probe = new ServerSocket(http.port(), 1, http.host())) {
                log.debug("{} is free", probe);
            } catch (IOException e) {
                log.debug(bearable(http, e));
            }
        });
    }

    /**
     * Returns the problem if the worker can run without the server. Else throws an exception that contains the problem.
     */
    private static String bearable(HttpSettings http, IOException e) {
        http.requireOwnHost();
        String problem = problem("port " + http.port() + " at " + http.host().getHostAddress(), reason(http, e));
        if (http.required()) {
            throw new ConfigurationException(AppSettings.HTTP_PORT.name() + "=" + http.port() + " cannot be used: "
                    + problem + "; set it to a free port, to 0 for any free port, or to off");
        }
        return problem;
    }

    private static String problem(String port, String reason) {
        if (reason.startsWith("Address already in use")) {
            return "another program uses " + port;
        }
        return reason.startsWith("Permission denied")
                ? "only root may use " + port
                : port + " cannot be opened (" + reason + ")";
    }

    /** Returns the reason in the words of the operating system, without the library's text. */
    private static String reason(HttpSettings http, IOException e) {
        try (ServerSocket probe = new ServerSocket(http.port(), 1, http.host())) {
            log.debug("{} is free now", probe);
            return String.valueOf(e.getMessage());
        } catch (IOException plain) {
            return String.valueOf(plain.getMessage());
        }
    }

    private InetSocketAddress listen(InetSocketAddress wanted) throws IOException {
        try {
            ListenerEndpoint endpoint = server.listen(wanted, URIScheme.HTTP).get();
            return (InetSocketAddress) endpoint.getAddress();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static ThreadPoolExecutor threads(String name, int most) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                most,
                most,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WAITING_REQUESTS),
                DaemonThreads.named(name));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private Supplier<AsyncServerExchangeHandler> handler(Routes routes, HttpRequest received) {
        OperatorRequest request = request(received);
        return routes.find(
                request,
                endpoint -> {
                    ThreadPoolExecutor pool = endpoint.open() ? probeThreads : threads;
                    return () -> new BasicServerExchangeHandler<>(new Exchange(request, endpoint.handler(), pool));
                },
                // Refuses at once, without reading the rest of the request.
                refusal -> () -> new ImmediateResponseExchangeHandler(Exchange.producer(refusal)));
    }

    private static OperatorRequest request(HttpRequest received) {
        Map<String, String> headers = new HashMap<>();
        for (var header : received.getHeaders()) {
            headers.putIfAbsent(
                    header.getName().toLowerCase(Locale.ROOT), header.getValue() == null ? "" : header.getValue());
        }
        String path = received.getPath() == null ? "" : received.getPath();
        int query = path.indexOf('?');
        return new OperatorRequest(received.getMethod(), query < 0 ? path : path.substring(0, query), headers);
    }

    /**
     * Returns the address on which the server listens.
     *
     * @return the address, with the actual port
     */
    public InetSocketAddress address() {
        return address;
    }

    /** Stops the server and closes all connections at once. Further calls have no effect. */
    @Override
    public void close() {
        server.close(CloseMode.IMMEDIATE);
        threads.shutdownNow();
        probeThreads.shutdownNow();
    }
}
