package sg.aiverify.worker.queue.valkey.internal;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.tls.internal.TlsContext;
import sg.aiverify.worker.tls.internal.TlsContext.PemFile;

/** Opens sockets to the server, plain or with TLS. TLS verifies the server's certificate and host name. */
final class ValkeySockets implements JedisSocketFactory {
    private static final int CONNECT_MILLIS = 3_000;

    private final String host;
    private final int port;
    private final int readMillis;
    private final @Nullable SSLSocketFactory tls;
    private volatile @Nullable String peer;

    /**
     * Creates the factory.
     *
     * @param readMillis the longest time for a response, in milliseconds
     * @throws sg.aiverify.worker.failure.ConfigurationException if a file cannot be used
     */
    ValkeySockets(ValkeySettings settings, int readMillis) {
        this.host = settings.host();
        this.port = settings.port();
        this.readMillis = readMillis;
        this.tls = settings.tls() ? tls(settings.caFile(), settings.certFile(), settings.keyFile()) : null;
    }

    @Override
    public Socket createSocket() {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            // The host name is resolved each time: after a fail-over, it may have another address.
            InetSocketAddress server = new InetSocketAddress(host, port);
            if (server.isUnresolved()) {
                throw new UnknownHostException("unknown host");
            }
            socket.connect(server, CONNECT_MILLIS);
            peer = server.getAddress().getHostAddress();
            socket.setSoTimeout(readMillis);
            return tls == null ? socket : encrypted(tls, socket);
        } catch (IOException e) {
            try {
                socket.close();
            } catch (IOException onClose) {
                e.addSuppressed(onClose);
            }
            throw new JedisConnectionException(e);
        }
    }

    /**
     * Returns the IP address of the last server that was reached; empty if the settings already contain this address.
     */
    Optional<String> lastPeer() {
        return Optional.ofNullable(peer).filter(ip -> !ip.equals(host));
    }

    private Socket encrypted(SSLSocketFactory factory, Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
        } catch (SocketTimeoutException e) {
            throw new SSLException(
                    "no response to the handshake within " + readMillis + " ms; does the server expect TLS?", e);
        }
        return socket;
    }

    /**
     * Creates a factory of TLS sockets. The sockets trust the authorities in the file, or without a file those of the
     * Java runtime. They use the certificate if there is one.
     */
    static SSLSocketFactory tls(@Nullable Path caFile, @Nullable Path certFile, @Nullable Path keyFile) {
        return TlsContext.of(
                        file(ValkeySettings.CA_FILE, caFile),
                        file(ValkeySettings.CERT_FILE, certFile),
                        file(ValkeySettings.KEY_FILE, keyFile))
                .getSocketFactory();
    }

    private static @Nullable PemFile file(Setting<Path> setting, @Nullable Path path) {
        return path == null ? null : new PemFile(setting, path);
    }
}
