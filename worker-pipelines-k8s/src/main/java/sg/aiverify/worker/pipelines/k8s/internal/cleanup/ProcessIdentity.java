package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The identity of a process, by which another process on the same machine can check whether it has ended. It consists
 * of the machine's boot id, the namespace of process ids, the process id, and the start time of the process.
 */
final class ProcessIdentity {
    private static final Logger log = LogManager.getLogger(ProcessIdentity.class);
    private static final Path PROC = Path.of("/proc");

    private ProcessIdentity() {}

    /** Returns the identity of this process; empty if the system does not provide it. */
    static String ofThis() {
        try {
            long pid = ProcessHandle.current().pid();
            return machine() + "/" + pid + "/" + start(pid);
        } catch (IOException e) {
            log.debug("The identity of this process is not available", e);
            return "";
        }
    }

    /** Returns whether a process has certainly ended; false if it is alive, or if this machine cannot check it. */
    static boolean isDead(String identity) {
        String[] parts = identity.split("/");
        if (parts.length != 4 || !parts[2].matches("\\d{1,10}")) {
            return false;
        }
        try {
            return machine().equals(parts[0] + "/" + parts[1]) && !parts[3].equals(start(Long.parseLong(parts[2])));
        } catch (NoSuchFileException e) {
            return Files.exists(PROC.resolve("1/stat")); // else /proc may hide the processes of other users
        } catch (IOException e) {
            log.debug("Could not check the process {}", identity, e);
            return false;
        }
    }

    private static String machine() throws IOException {
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
