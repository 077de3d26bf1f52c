package sg.aiverify.worker.tls.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/** Creates TLS contexts from PEM files. */
public final class TlsContext {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----", Pattern.DOTALL);
    private static final char[] NO_PASSWORD = {};

    private TlsContext() {}

    /**
     * A PEM file, and the setting that contains its path.
     *
     * @param setting the setting, for messages
     * @param path the file
     */
    public record PemFile(Setting<Path> setting, Path path) {
        private ConfigurationException unusable(Exception e) {
            return new ConfigurationException(named() + " cannot be used; a PEM file is expected: " + Reason.of(e));
        }

        private String named() {
            return setting.name() + "=" + path;
        }
    }

    /**
     * Creates a context.
     *
     * @param authorities the authorities to trust; null for those of the Java runtime
     * @param certificate the certificate to present to the server; null to present no certificate
     * @param key the private key of the certificate; null without a certificate
     * @return the context
     * @throws ConfigurationException if a file cannot be used
     */
    public static SSLContext of(@Nullable PemFile authorities, @Nullable PemFile certificate, @Nullable PemFile key) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    certificate == null || key == null ? null : shown(certificate, key),
                    authorities == null ? null : trusted(authorities),
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has TLS", e);
        }
    }

    private static TrustManager[] trusted(PemFile file) {
        try {
            KeyStore store = emptyStore();
            for (Certificate authority : certificates(file)) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw file.unusable(e);
        }
    }

    private static KeyManager[] shown(PemFile certificate, PemFile key) {
        Certificate[] chain;
        try {
            chain = certificates(certificate).toArray(Certificate[]::new);
        } catch (IOException | GeneralSecurityException e) {
            throw certificate.unusable(e);
        }
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry("own", privateKey(key, chain[0].getPublicKey().getAlgorithm()), NO_PASSWORD, chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw key.unusable(e);
        }
    }

    private static Collection<? extends Certificate> certificates(PemFile file)
            throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file.path())) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new ConfigurationException(file.named() + " contains no certificate; a PEM file is expected");
            }
            return List.copyOf(certificates);
        }
    }

    private static PrivateKey privateKey(PemFile file, String algorithm) throws IOException, GeneralSecurityException {
        Matcher matcher = KEY.matcher(Files.readString(file.path(), StandardCharsets.ISO_8859_1));
        if (!matcher.find()) {
            throw new ConfigurationException(file.named()
                    + " contains no 'BEGIN PRIVATE KEY' (PKCS #8, not encrypted);"
                    + " openssl pkcs8 -topk8 -nocrypt converts other forms");
        }
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1))));
        } catch (InvalidKeySpecException | IllegalArgumentException e) {
            // The messages of the exceptions may contain parts of the key.
            throw new ConfigurationException(
                    file.named() + " contains no key that matches the certificate; its type must be " + algorithm);
        }
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
