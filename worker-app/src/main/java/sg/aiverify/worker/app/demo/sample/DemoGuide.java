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
 * How to talk to a demonstration that keeps running, as commands for a shell.
 *
 * @param server which server holds the queue
 * @param host where it listens
 * @param port where it listens
 * @param gateway the gateway's address
 * @param task the task of a run that is pending at the gateway and not in the queue
 * @param next another such run's id
 * @param order what may be ordered at the gateway
 */
record DemoGuide(String server, String host, int port, URI gateway, String task, String next, RunOrder order) {
    private static final List<String> CLIENTS = List.of("valkey-cli", "redis-cli");

    /**
     * Words the guide.
     *
     * @param variables of the environment, whose PATH says which client of the queue is there
     */
    List<String> lines(Map<String, String> variables) {
        String run = TaskParser.parse(task).id();
        Optional<String> client = client(variables.getOrDefault("PATH", ""));
        List<String> lines = new ArrayList<>(List.of(
                "",
                "Queue, gateway and worker keep running until Ctrl-C or SIGTERM. They can be",
                "reached from this machine only, without a password, and store nothing. This",
                "worker takes tasks from the queue for as long as it runs: one of your own beside",
                "it gets only some of them.",
                "",
                "  queue    " + server + " at " + host + ":" + port,
                "           stream " + ValkeyTaskSink.STREAM,
                "  gateway  " + gateway,
                "",
                "One more run is pending at the gateway. Put its task into the queue:",
                "",
                "  " + client.orElse(CLIENTS.get(0)) + " -h " + host + " -p " + port + " XADD \\",
                "    " + ValkeyTaskSink.STREAM + " '*' task \\",
                "    " + quoted(withoutHashes(task)),
                ""));
        if (client.isEmpty()) {
            lines.addAll(List.of(
                    "There is neither valkey-cli nor redis-cli on the path. Install one (Debian and",
                    "Ubuntu: package valkey-tools or redis-tools), or order a run, see below.",
                    ""));
        }
        lines.addAll(List.of(
                "Fetch the run. Once its status is \"success\", its result is the \"testResult\":",
                "",
                "  curl -s -w '\\n' \\",
                "    " + gateway + "/test_runs/" + run,
                "",
                "Order further runs at the gateway, which puts their tasks into the queue itself:",
                "",
                "  curl -s -w '\\n' -H 'Content-Type: application/json' \\",
                "    " + gateway + "/test_runs/run_test -d \\",
                "    " + quoted(order.toJson().toString()),
                "",
                "For the examples of docs/task.md, with another pending run, and for a worker of",
                "your own:",
                "",
                "  export APIGW_URL=" + gateway,
                "  export VALKEY_HOST_ADDRESS=" + host + " VALKEY_PORT=" + port,
                "  export RUN_ID=" + next));
        return List.copyOf(lines);
    }

    /** Leaves out the hashes, which are optional, so that the rest can be read. */
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
