package sg.aiverify.worker.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An address that leads to one of several servers, like a service name. A switch closes the open connections. */
final class SwitchedRoute implements AutoCloseable {
    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int target;

    SwitchedRoute(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    void leadTo(int port) {
        target = port;
        cut();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            try {
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(server);
                start(() -> copy(client, server));
                start(() -> copy(server, client));
            } catch (IOException e) {
                client.close();
            }
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        }
    }

    private void cut() {
        for (Socket socket : Set.copyOf(open)) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } finally {
                open.remove(socket);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // Closed by one side or by the test.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
