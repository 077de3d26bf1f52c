package sg.aiverify.worker.gateway.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hc.client5.http.auth.AuthScope;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.auth.BasicCredentialsProvider;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.tls.internal.TlsContext;
import sg.aiverify.worker.tls.internal.TlsContext.PemFile;

/** Sends single requests to the gateway. Thread-safe. */
final class GatewayWire implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(GatewayWire.class);
    private static final int MAX_CONNECTIONS = 512;
    private static final int MAX_ERROR_BYTES = 16 * 1024;
    /** The gateway closes idle connections after 5 s, so this client closes them earlier. */
    private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(3);

    private final GatewaySettings settings;
    private final GatewayTiming timing;
    private final CloseableHttpClient client;
    private final List<GatewayCredentials> credentials;

    GatewayWire(GatewaySettings settings, GatewayTiming timing) {
        this.settings = settings;
        this.timing = timing;
        ConnectionConfig connections = ConnectionConfig.custom()
                .setConnectTimeout(timeout(timing.connect()))
                .setSocketTimeout(timeout(timing.response()))
                .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                .build();
        PoolingHttpClientConnectionManagerBuilder pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setMaxConnPerRoute(MAX_CONNECTIONS)
                .setDefaultConnectionConfig(connections);
        if (settings.caFile() != null) {
            pool.setTlsSocketStrategy(new DefaultClientTlsStrategy(
                    TlsContext.of(new PemFile(GatewaySettings.CA_FILE, settings.caFile()), null, null)));
        }
        HttpClientBuilder client = HttpClients.custom()
                .setConnectionManager(pool.build())
                .setKeepAliveStrategy((response, context) -> KEEP_ALIVE)
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching();
        GatewayProxy proxy = settings.proxy();
        if (proxy != null) {
            HttpHost host = new HttpHost(proxy.host(), proxy.port());
            client.setProxy(host);
            if (proxy.user() != null) {
                // This login is for tunnels. Unencrypted requests contain it in a header instead, see request.
                BasicCredentialsProvider login = new BasicCredentialsProvider();
                login.setCredentials(
                        new AuthScope(host),
                        new UsernamePasswordCredentials(
                                proxy.user(),
                                Objects.requireNonNull(proxy.password()).toCharArray()));
                client.setDefaultCredentialsProvider(login);
            }
        }
        this.client = client.build();
        this.credentials = Stream.concat(
                        Stream.ofNullable(settings.tokenFile()).map(GatewayCredentials::token),
                        Stream.ofNullable(settings.headersFile()).map(GatewayCredentials::headers))
                .toList();
        if (!credentials.isEmpty() && !settings.isSecure()) {
            log.warn("The credentials for {} are sent unencrypted; use https", settings.url());
        }
    }

    /** Reads the body of a successful response. */
    @FunctionalInterface
    interface Reader<T extends @Nullable Object> {
        T read(@Nullable HttpEntity entity) throws IOException;
    }

    GatewayTiming timing() {
        return timing;
    }

    /** Creates a request with a timeout for its response. */
    HttpUriRequestBase request(String method, Duration timeout, String... segments) {
        URI address = GatewayName.address(settings, segments);
        HttpUriRequestBase request = new HttpUriRequestBase(method, address);
        request.setConfig(RequestConfig.custom()
                .setResponseTimeout(timeout(timeout))
                .setConnectionRequestTimeout(timeout(timing.response()))
                .setProtocolUpgradeEnabled(false)
                .build());
        // Otherwise a proxy may compress the body, and the hash would not match.
        request.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
        credentials.forEach(file -> file.current().forEach(request::setHeader));
        if (!settings.isSecure()) {
            proxyLogin().ifPresent(login -> request.setHeader(HttpHeaders.PROXY_AUTHORIZATION, login));
        }
        return request;
    }

    /**
     * Sends a request once.
     *
     * @throws BadResponse if the status code is not 2xx
     * @throws IOException if there is no complete response
     * @throws RunCancelledException if the cancellation or an interrupt stopped the request
     */
    <T extends @Nullable Object> T send(HttpUriRequestBase request, Cancellation cancellation, Reader<T> reader)
            throws IOException {
        cancellation.throwIfCancelled();
        Cancellation.Registration abort = cancellation.onCancel(request::cancel);
        try {
            return client.execute(request, response -> {
                if (response.getCode() / 100 != 2) {
                    throw bad(response);
                }
                return reader.read(response.getEntity());
            });
        } catch (IOException e) {
            cancellation.throwIfCancelled();
            if (Thread.currentThread().isInterrupted()) {
                throw new RunCancelledException("a request to the gateway was interrupted", e);
            }
            throw e;
        } catch (IllegalStateException e) {
            // HttpClient throws this if a request is cancelled after it leased a connection, but before it used it.
            cancellation.throwIfCancelled();
            throw e;
        } finally {
            abort.close();
        }
    }

    private Optional<String> proxyLogin() {
        return Optional.ofNullable(settings.proxy())
                .filter(proxy -> proxy.user() != null)
                .map(proxy -> "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (proxy.user() + ":" + proxy.password()).getBytes(StandardCharsets.UTF_8)));
    }

    private static BadResponse bad(ClassicHttpResponse response) throws IOException, HttpException {
        String reason = response.getReasonPhrase() == null ? "" : response.getReasonPhrase();
        if (response.getCode() / 100 == 3 && response.containsHeader("Location")) {
            reason += " to " + response.getFirstHeader("Location").getValue();
        }
        HttpEntity entity = response.getEntity();
        String body = "";
        if (entity != null) {
            byte[] bytes = entity.getContent().readNBytes(MAX_ERROR_BYTES);
            body = new String(bytes, StandardCharsets.UTF_8);
            body = bytes.length < MAX_ERROR_BYTES ? body : FailureText.endIsCut(body);
        }
        return new BadResponse(response.getCode(), reason, detail(body));
    }

    /** Returns the text of an error response. In FastAPI, "detail" contains this text, or a list of texts. */
    private static String detail(String body) {
        try {
            JsonElement tree = JsonParser.parseString(body);
            if (tree.equals(new JsonObject()) || tree.isJsonNull()) {
                return "";
            }
            if (tree.isJsonObject() && tree.getAsJsonObject().has("detail")) {
                JsonElement detail = tree.getAsJsonObject().get("detail");
                return detail.isJsonPrimitive() ? detail.getAsString() : detail.toString();
            }
        } catch (JsonParseException | StackOverflowError e) {
            // This is probably the response of a proxy, so its whole text is the detail.
            return body.strip();
        }
        return body.strip();
    }

    private static Timeout timeout(Duration duration) {
        return Timeout.of(duration);
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}
