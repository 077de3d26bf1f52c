package sg.aiverify.worker.e2e;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command with which tests start another Java. */
public final class JavaCommand {
    private JavaCommand() {}

    /** Gives this process's Java with the agents that measure this process, so that they measure the other as well, and its compiler. */
    public static List<String> like(String... options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:") || argument.startsWith("-XX:"))
                .forEach(command::add);
        command.addAll(List.of(options));
        return command;
    }
}
