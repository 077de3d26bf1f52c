package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A proxy that requires a login and connects every host name to one port of this machine: CONNECT as a tunnel, other
 * methods as separate requests.
 */
final class LittleProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final String login;
    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<String> heads = new CopyOnWriteArrayList<>();

    LittleProxy(int target, String login) throws IOException {
        this.target = target;
        this.login = login;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(() -> {
            while (true) {
                Socket client = listening.accept();
                start(() -> serve(client));
            }
        });
    }

    int port() {
        return listening.getLocalPort();
    }

    private void serve(Socket client) throws IOException {
        try (client) {
            while (true) {
                String head = head(client.getInputStream());
                if (head.isEmpty()) {
                    return;
                }
                String line = head.substring(0, head.indexOf("\r\n"));
                asked.add(line);
                heads.add(head);
                OutputStream out = client.getOutputStream();
                if (!head.contains("Proxy-Authorization: " + login)) {
                    out.write(("HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                                    + "Content-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
                    continue;
                }
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                    if (line.startsWith("CONNECT ")) {
                        out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    } else {
                        String origin = head.replaceFirst("http://[^/]+", "")
                                .replaceFirst("(?i)proxy-authorization: [^\r]*\r\n", "")
                                .replaceFirst("\r\n", "\r\nConnection: close\r\n");
                        server.getOutputStream().write(origin.getBytes(StandardCharsets.ISO_8859_1));
                    }
                    start(() -> client.getInputStream().transferTo(server.getOutputStream()));
                    server.getInputStream().transferTo(out);
                    return;
                }
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // One side has closed the connection.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
