package sg.aiverify.worker.app.demo.sample;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import sg.aiverify.worker.task.TaskParser;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;

/**
 * The guide to a demonstration that keeps running: shell commands that submit more runs.
 *
 * @param server the name and version of the queue's server
 * @param host the host of the queue
 * @param port the port of the queue
 * @param gateway the gateway's address
 * @param task the task of a run that is pending at the gateway and not in the queue
 * @param next the id of another run that is pending at the gateway and not in the queue
 * @param order an example of an order for a run at the gateway
 */
record DemoGuide(String server, String host, int port, URI gateway, String task, String next, RunOrder order) {
    private static final List<String> CLIENTS = List.of("valkey-cli", "redis-cli");

    /**
     * Returns the lines of the guide.
     *
     * @param variables the environment variables; the guide uses a client of the queue that is on the PATH
     */
    List<String> lines(Map<String, String> variables) {
        String run = TaskParser.parse(task).id();
        Optional<String> client = client(variables.getOrDefault("PATH", ""));
        List<String> lines = new ArrayList<>(List.of(
                "",
                "Queue, gateway and worker run until Ctrl-C or SIGTERM. Only this machine can",
                "reach them, without a password. They store nothing. This worker takes tasks",
                "from the queue as long as it runs. If you start another worker, each of the",
                "two gets only some of the tasks.",
                "",
                "  queue    " + server + " at " + host + ":" + port,
                "           stream " + ValkeyTaskSink.STREAM,
                "  gateway  " + gateway,
                "",
                "One more run is pending at the gateway. Add its task to the queue:",
                "",
                "  " + client.orElse(CLIENTS.get(0)) + " -h " + host + " -p " + port + " XADD \\",
                "    " + ValkeyTaskSink.STREAM + " '*' task \\",
                "    " + quoted(withoutHashes(task)),
                ""));
        if (client.isEmpty()) {
            lines.addAll(List.of(
                    "Neither valkey-cli nor redis-cli is on the PATH. Install one of them (Debian and",
                    "Ubuntu: package valkey-tools or redis-tools), or order a run as shown below.",
                    ""));
        }
        lines.addAll(List.of(
                "Request the run. When its status is \"success\", \"testResult\" contains its result:",
                "",
                "  curl -s -w '\\n' \\",
                "    " + gateway + "/test_runs/" + run,
                "",
                "Order more runs at the gateway, which adds their tasks to the queue:",
                "",
                "  curl -s -w '\\n' -H 'Content-Type: application/json' \\",
                "    " + gateway + "/test_runs/run_test -d \\",
                "    " + quoted(order.toJson().toString()),
                "",
                "For the examples in docs/task.md, with another pending run, and for your own",
                "worker:",
                "",
                "  export APIGW_URL=" + gateway,
                "  export VALKEY_HOST_ADDRESS=" + host + " VALKEY_PORT=" + port,
                "  export RUN_ID=" + next));
        return List.copyOf(lines);
    }

    /** Removes the optional hashes from the task, to keep the task readable. */
    private static String withoutHashes(String task) {
        JsonObject fields = JsonParser.parseString(task).getAsJsonObject();
        fields.keySet().removeIf(name -> name.endsWith("Hash"));
        return fields.toString();
    }

    private static Optional<String> client(String path) {
        return CLIENTS.stream()
                .filter(name -> Stream.of(path.split(File.pathSeparator))
                        .filter(directory -> !directory.isBlank())
                        .anyMatch(directory -> new File(directory, name).canExecute()))
                .findFirst();
    }

    /** Quotes a word for a shell. */
    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
