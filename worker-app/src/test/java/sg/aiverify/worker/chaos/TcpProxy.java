package sg.aiverify.worker.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Stands between a worker and its server: can be pointed elsewhere, cut connections, and transport nothing. */
final class TcpProxy implements AutoCloseable {
    private final Supplier<InetSocketAddress> target;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final Object gate = new Object();
    private boolean stalled;

    TcpProxy(Supplier<InetSocketAddress> target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run("proxy-" + server.getLocalPort(), this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Counts the connections so far. */
    long accepted() {
        return accepted.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            open.add(client);
            try {
                Socket behind = new Socket();
                open.add(behind);
                behind.connect(target.get(), 2000);
                behind.setTcpNoDelay(true);
                client.setTcpNoDelay(true);
                accepted.incrementAndGet();
                run("to-server", () -> pump(client, behind));
                run("to-worker", () -> pump(behind, client));
            } catch (IOException e) {
                drop(client);
            }
        }
    }

    private void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                awaitGate();
                out.write(buffer, 0, n);
            }
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private void awaitGate() throws IOException {
        synchronized (gate) {
            while (stalled) {
                try {
                    gate.wait();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    /** Transports nothing, in neither direction, until told otherwise; no connection is closed. */
    void stall(boolean on) {
        synchronized (gate) {
            stalled = on;
            gate.notifyAll();
        }
    }

    /** Resets every connection. */
    void cut() {
        open.forEach(TcpProxy::drop);
        open.clear();
    }

    private static void drop(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // it is gone already
        }
    }

    @Override
    public void close() {
        stall(false);
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private interface Loop {
        void run() throws IOException;
    }

    private static void run(String name, Loop loop) {
        Thread thread = new Thread(
                () -> {
                    try {
                        loop.run();
                    } catch (IOException e) {
                        // one side was closed
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
