package sg.aiverify.worker.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.testkit.gateway.TaskSink;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;

/** Raw commands to a Valkey server, each on a new connection, so that restarts of the server do not matter. */
public final class ValkeyProbe implements TaskSink {
    public static final String DEAD_LETTERS = "{" + ValkeyTaskSink.STREAM + "}:dead";

    private final String host;
    private final int port;
    private final List<String> login;

    /**
     * Creates a probe.
     *
     * @param login the arguments of an AUTH command; empty for a server without a password
     */
    public ValkeyProbe(String host, int port, String... login) {
        this.host = host;
        this.port = port;
        this.login = List.of(login);
    }

    /** Sends a command and returns the reply: a string, a number, a list of these, or null. */
    public @Nullable Object call(String... words) {
        try (Socket socket = new Socket(host, port)) {
            InputStream input = new BufferedInputStream(socket.getInputStream());
            if (!login.isEmpty()) {
                List<String> authentication = new ArrayList<>(List.of("AUTH"));
                authentication.addAll(login);
                send(socket, authentication);
                answer(input);
            }
            send(socket, List.of(words));
            return answer(input);
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", words), e);
        }
    }

    private static void send(Socket socket, List<String> words) throws IOException {
        ByteArrayOutputStream command = new ByteArrayOutputStream();
        command.writeBytes(("*" + words.size() + "\r\n").getBytes(StandardCharsets.UTF_8));
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            command.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.UTF_8));
            command.writeBytes(bytes);
            command.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        socket.getOutputStream().write(command.toByteArray());
        socket.getOutputStream().flush();
    }

    private static @Nullable Object answer(InputStream input) throws IOException {
        String line = line(input);
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+':
                return rest;
            case ':':
                return Long.valueOf(rest);
            case '$':
                if (rest.equals("-1")) {
                    return null;
                }
                String text = new String(input.readNBytes(Integer.parseInt(rest)), StandardCharsets.UTF_8);
                line(input);
                return text;
            case '*':
                List<@Nullable Object> list = new ArrayList<>();
                for (int i = 0; i < Integer.parseInt(rest); i++) {
                    list.add(answer(input));
                }
                return list;
            default:
                throw new IllegalStateException(line);
        }
    }

    private static String line(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = input.read(); c != '\n'; c = input.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    @Override
    public String add(String taskJson) {
        return (String) Objects.requireNonNull(call("XADD", ValkeyTaskSink.STREAM, "*", "task", taskJson));
    }

    @Override
    public void delete(String id) {
        call("XDEL", ValkeyTaskSink.STREAM, id);
    }

    public long length(String stream) {
        return (Long) Objects.requireNonNull(call("XLEN", stream));
    }

    /** Returns the number of deliveries that are not settled. */
    public long pending() {
        List<?> summary =
                (List<?>) Objects.requireNonNull(call("XPENDING", ValkeyTaskSink.STREAM, ValkeyTaskSink.GROUP));
        return (Long) Objects.requireNonNull(summary.get(0));
    }
}
