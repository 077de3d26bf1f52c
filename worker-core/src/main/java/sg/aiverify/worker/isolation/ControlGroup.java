package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.isolation.ControlGroups.Controller;

/** The control groups of one run. */
final class ControlGroup implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(ControlGroup.class);
    private static final int REMOVALS = 50;

    private final Map<Controller, Path> directories;

    ControlGroup(Map<Controller, Path> directories) {
        this.directories = directories;
    }

    /** Lists the files to which a process writes its id to join the groups. */
    List<Path> processFiles() {
        return directories.values().stream()
                .distinct()
                .map(directory -> directory.resolve("cgroup.procs"))
                .toList();
    }

    /**
     * Returns the number of the run's processes that the kernel killed because the run or the machine ran out of
     * memory.
     *
     * @return the number; empty if the kernel does not count them
     */
    OptionalLong killsForMemory() {
        OptionalLong first = count(Controller.MEMORY, "memory.oom_control", "oom_kill");
        return first.isPresent() ? first : count(Controller.MEMORY, "memory.events", "oom_kill");
    }

    /** Checks whether the run could not start a process or thread because of its limit. */
    boolean ranOutOfProcesses() {
        return count(Controller.PIDS, "pids.events", "max").orElse(0) > 0;
    }

    private OptionalLong count(Controller controller, String file, String name) {
        Path directory = directories.get(controller);
        return directory == null ? OptionalLong.empty() : count(directory.resolve(file), name);
    }

    /** Reads the number that follows a name in a file of the kernel. Empty if the file or the name does not exist. */
    static OptionalLong count(Path file, String name) {
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                    .findFirst();
        } catch (IOException | NumberFormatException e) {
            log.debug("Could not read {} in {}", name, file, e);
            return OptionalLong.empty();
        }
    }

    /**
     * Removes the groups. Retries, since the kernel allows this only a moment after the last process has ended. Kills
     * processes that remain in the groups: without a sandbox, a run can kill its supervisor and continue.
     */
    @Override
    public void close() {
        for (Path directory : directories.values()) {
            for (int i = 0; Files.isDirectory(directory); i++) {
                kill(directory);
                try {
                    Files.delete(directory);
                } catch (IOException e) {
                    if (i == REMOVALS) {
                        log.warn("Could not remove the control group {}: {}", directory, Reason.of(e));
                        break;
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
            }
        }
    }

    private static void kill(Path group) {
        try {
            for (String process : Files.readAllLines(group.resolve("cgroup.procs"))) {
                ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException | NumberFormatException e) {
            log.debug("Could not read the processes of {}", group, e);
        }
    }
}
