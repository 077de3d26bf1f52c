package sg.aiverify.worker.pipelines.k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Names a process so that another on the same machine can tell for sure that it is dead: by the machine's boot, the
 * namespace of process ids, the id, and when the process started.
 */
final class ProcessMark {
    private static final Logger log = LogManager.getLogger(ProcessMark.class);
    private static final Path PROC = Path.of("/proc");

    private ProcessMark() {}

    /** Gives that of this process; empty text where the system does not tell. */
    static String ofThis() {
        try {
            long pid = ProcessHandle.current().pid();
            return place() + "/" + pid + "/" + start(pid);
        } catch (IOException e) {
            log.debug("This system does not tell its processes apart", e);
            return "";
        }
    }

    /** Tells whether a process is known to be dead; false for one that lives, or of which nothing can be known here. */
    static boolean isDead(String mark) {
        String[] parts = mark.split("/");
        if (parts.length != 4 || !parts[2].matches("\\d{1,10}")) {
            return false;
        }
        try {
            return place().equals(parts[0] + "/" + parts[1]) && !parts[3].equals(start(Long.parseLong(parts[2])));
        } catch (NoSuchFileException e) {
            return Files.exists(PROC.resolve("1/stat")); // or processes of others are hidden here
        } catch (IOException e) {
            log.debug("The process {} cannot be looked at", mark, e);
            return false;
        }
    }

    private static String place() throws IOException {
        String boot =
                Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        String namespace = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
        return boot + "/" + namespace.replaceAll("\\D", "");
    }

    private static String start(long pid) throws IOException {
        String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]; // field 22 of proc(5)
    }
}
