package sg.aiverify.worker.pipelines.venv;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Serves a directory of packages: as an index below {@code /simple/}, and its files below {@code /files/}. */
final class PackageServer implements AutoCloseable {
    private final HttpServer server;
    private final Path directory;
    private final @Nullable String login;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    PackageServer(Path directory) {
        this(directory, null);
    }

    /** Serves only clients that log in; {@code login} is {@code user:password}. */
    PackageServer(Path directory, @Nullable String login) {
        this.directory = directory;
        this.login = login;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** Lists the paths that logged-in clients requested. */
    List<String> asked() {
        return asked;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (login != null && !isAllowed(exchange)) {
                exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"packages\"");
                exchange.sendResponseHeaders(401, -1);
                return;
            }
            asked.add(path);
            Path file = directory.resolve(path.substring(path.lastIndexOf('/') + 1));
            byte[] content;
            if (path.startsWith("/simple/")) {
                exchange.getResponseHeaders().add("Content-Type", "text/html");
                content = page(path.split("/")[2]).getBytes(StandardCharsets.UTF_8);
            } else if (Files.isRegularFile(file)) {
                content = Files.readAllBytes(file);
            } else {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().add("Cache-Control", "max-age=600");
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        }
    }

    private boolean isAllowed(HttpExchange exchange) {
        String basic = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        return ("Basic " + basic).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private String page(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.replace('_', '-').startsWith(name + "-"))
                    .map(file -> "<a href=\"/files/" + file + "\">" + file + "</a>")
                    .collect(Collectors.joining("\n", "<!DOCTYPE html><html><body>", "</body></html>"));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
