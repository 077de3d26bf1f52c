package sg.aiverify.worker.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Lists the containers and volumes of workers at the Docker engine, with its command and the documented labels. */
final class EngineListing {
    private static final String KIND = "sg.aiverify.worker.kind";
    private static final String INSTANCE = "sg.aiverify.worker.instance";
    private static final String RUN = "sg.aiverify.worker.run";

    /**
     * A container or a volume.
     *
     * @param id its id or name
     * @param kind its purpose
     * @param instance the worker process that created it
     * @param run the test run
     * @param state the state, for a container
     */
    record Item(String id, String kind, String instance, String run, String state) {
        boolean isOf(String runId, String ofKind) {
            return run.equals(runId) && kind.equals(ofKind);
        }
    }

    private EngineListing() {}

    /** Skips the test if there is no engine, or if the engine does not have the image. */
    static void require(String image) {
        requireSuccess("a Docker engine", "version", "--format", "{{.Server.Version}}");
        requireSuccess("the image " + image, "image", "inspect", "--format", "{{.Id}}", image);
    }

    private static void requireSuccess(String what, String... arguments) {
        try {
            Process process =
                    process(List.of(arguments)).redirectErrorStream(true).start();
            String output = output(process);
            if (process.waitFor() != 0) {
                Assumptions.abort("needs " + what + ": " + output.strip());
            }
        } catch (IOException e) {
            Assumptions.abort("needs " + what + ": docker cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static ProcessBuilder process(List<String> arguments) {
        return new ProcessBuilder(
                Stream.concat(Stream.of("docker"), arguments.stream()).toList());
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    static List<Item> containers() {
        return list(
                "ps", "--all", "--no-trunc", "--filter", "label=" + KIND, "--format", format("{{.ID}}", "{{.State}}"));
    }

    static List<Item> volumes() {
        return list("volume", "ls", "--filter", "label=" + KIND, "--format", format("{{.Name}}", ""));
    }

    /** Lists the containers and volumes of some worker processes. */
    static List<Item> of(Set<String> instances) {
        return Stream.concat(containers().stream(), volumes().stream())
                .filter(item -> instances.contains(item.instance()))
                .collect(Collectors.toList());
    }

    private static String format(String id, String state) {
        return id + "|{{.Label \"" + KIND + "\"}}|{{.Label \"" + INSTANCE + "\"}}|{{.Label \"" + RUN + "\"}}|" + state;
    }

    private static List<Item> list(String... arguments) {
        List<Item> items = new ArrayList<>();
        for (String line : docker(arguments).lines().toList()) {
            String[] parts = line.split("\\|", -1);
            items.add(new Item(parts[0], parts[1], parts[2], parts[3], parts[4]));
        }
        return items;
    }

    /** Counts the files at a path in the volumes of a run, through the container that fills them. */
    static long bytes(String run, String path) {
        String filler = containers().stream()
                .filter(item -> item.isOf(run, "filler"))
                .map(Item::id)
                .findFirst()
                .orElse("gone");
        try {
            Process process = process(List.of("cp", filler + ":" + path, "-"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String docker(String... arguments) {
        try {
            Process process = process(List.of(arguments))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = output(process);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("docker " + List.of(arguments) + " failed");
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
