package sg.aiverify.worker.queue.valkey;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;
import sg.aiverify.worker.failure.ConfigurationException;

/** Opens sockets to the server: plain, or TLS that checks the server's certificate and its name. */
final class ValkeySockets implements JedisSocketFactory {
    private static final int CONNECT_MILLIS = 3_000;

    private final String host;
    private final int port;
    private final int readMillis;
    private final @Nullable SSLSocketFactory tls;

    /**
     * @param readMillis how long an answer may take
     * @throws ConfigurationException if the file of authorities cannot be used
     */
    ValkeySockets(ValkeySettings settings, int readMillis) {
        this.host = settings.host();
        this.port = settings.port();
        this.readMillis = readMillis;
        this.tls = settings.tls() ? tls(settings.caFile()) : null;
    }

    @Override
    public Socket createSocket() {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            // The name is looked up each time: after a fail-over it may lead elsewhere.
            InetSocketAddress server = new InetSocketAddress(host, port);
            if (server.isUnresolved()) {
                throw new UnknownHostException("unknown host");
            }
            socket.connect(server, CONNECT_MILLIS);
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

    private Socket encrypted(SSLSocketFactory factory, Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
        } catch (SocketTimeoutException e) {
            throw new SSLException("no answer to the handshake within " + readMillis + " ms; is TLS spoken there?", e);
        }
        return socket;
    }

    /** Trusts the authorities of a file, or those of the Java runtime. */
    static SSLSocketFactory tls(@Nullable Path caFile) {
        if (caFile == null) {
            return (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        String named = ValkeySettings.CA_FILE.name() + "=" + caFile;
        try (InputStream in = Files.newInputStream(caFile)) {
            Collection<? extends Certificate> authorities =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (authorities.isEmpty()) {
                throw new ConfigurationException(named + " holds no certificate; a PEM file is expected");
            }
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (Certificate authority : authorities) {
                trusted.setCertificateEntry("authority-" + trusted.size(), authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigurationException(named + " cannot be used; a PEM file is expected: " + e);
        }
    }
}
