package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.isolation.ControlGroups.Controller;
import sg.aiverify.worker.run.RunLimits;

/** With imitations of the kernel's directories; LimitsTest uses the real ones. */
class ControlGroupsTest {
    private static final RunLimits LIMITS = RunLimits.from(Settings.of(
            Map.of("TEWORKER_TASK_MEMORY_MB", "100", "TEWORKER_TASK_CPUS", "1.5", "TEWORKER_TASK_PIDS", "50")));

    @TempDir
    Path directory;

    private GroupHierarchy hierarchy(String memberships, String... mounts) throws IOException {
        Path process = Files.createDirectories(directory.resolve("proc"));
        Files.writeString(process.resolve("cgroup"), memberships);
        Files.writeString(process.resolve("mountinfo"), String.join("\n", mounts));
        return GroupHierarchy.read(process);
    }

    private Path make(String path) throws IOException {
        return Files.createDirectories(directory.resolve(path));
    }

    private String mount(String root, String point, String kind, String options) {
        return "30 24 0:26 " + root + " " + directory.resolve(point) + " rw,nosuid - " + kind + " cgroup rw," + options;
    }

    @Test
    void theGroupOfAProcessIsFoundBelowEachMount() throws IOException {
        Path memory = make("memory/services/worker");
        make("pids");
        GroupHierarchy hierarchy = hierarchy(
                "4:memory:/services/worker\n2:cpu,cpuacct:/gone\n8:pids:/\n0::/\n",
                mount("/", "memory", "cgroup", "memory"),
                mount("/", "cpu", "cgroup", "cpu,cpuacct"),
                mount("/", "pids", "cgroup", "pids"));

        assertThat(hierarchy.place(Controller.MEMORY)).contains(memory);
        assertThat(hierarchy.place(Controller.PIDS)).contains(directory.resolve("pids"));
        assertThat(hierarchy.place(Controller.CPU)).isEmpty();
        assertThat(hierarchy.isUnified()).isFalse();
    }

    @Test
    void aContainerThatSeesOnlyItsOwnPartIsUnderstood() throws IOException {
        Path memory = make("memory");
        GroupHierarchy hierarchy =
                hierarchy("4:memory:/docker/abc\n", mount("/docker/abc", "memory", "cgroup", "memory"));

        assertThat(hierarchy.place(Controller.MEMORY)).contains(memory);
    }

    @Test
    void aHostWithoutControlGroupsHasNone() {
        GroupHierarchy nowhere = GroupHierarchy.read(directory.resolve("nothing"));
        ControlGroups groups = ControlGroups.open(nowhere, LIMITS);

        assertThat(nowhere.place(Controller.PIDS)).isEmpty();
        assertThat(groups.has(Controller.MEMORY)).isFalse();
        assertThat(groups.reason(Controller.MEMORY)).contains("not in a control group");
    }

    @Test
    void inVersionTwoTheWorkerMovesAsideToGiveLimitsToOthers() throws IOException {
        Path own = make("unified/worker.service");
        String self = Long.toString(ProcessHandle.current().pid());
        Files.writeString(own.resolve("cgroup.controllers"), "cpu memory pids\n");
        Files.writeString(own.resolve("cgroup.subtree_control"), "");
        Files.writeString(own.resolve("cgroup.procs"), self + "\n");
        GroupHierarchy hierarchy = hierarchy("0::/worker.service\n", mount("/", "unified", "cgroup2", "x"));

        ControlGroups groups = ControlGroups.open(hierarchy, LIMITS);

        assertThat(hierarchy.isUnified()).isTrue();
        assertThat(own.resolve("aiverify-worker/cgroup.procs")).hasContent(self);
        for (Controller controller : Controller.values()) {
            assertThat(groups.has(controller)).as(controller.name()).isTrue();
        }
        ControlGroup run = groups.create(LIMITS);
        assertThat(run.processFiles()).hasSize(1);
        Path group = run.processFiles().get(0).getParent();
        assertThat(group.resolve("memory.max")).hasContent("104857600");
        assertThat(group.resolve("pids.max")).hasContent("50");
        assertThat(group.resolve("cpu.max")).hasContent("150000 100000");
    }

    @Test
    void inVersionTwoAWorkerAmongOthersStaysWhereItIs() throws IOException {
        Path own = make("unified/user.slice");
        Files.writeString(own.resolve("cgroup.controllers"), "memory pids\n");
        Files.writeString(own.resolve("cgroup.subtree_control"), "");
        Files.writeString(
                own.resolve("cgroup.procs"), "1\n" + ProcessHandle.current().pid() + "\n");
        GroupHierarchy hierarchy = hierarchy("0::/user.slice\n", mount("/", "unified", "cgroup2", "x"));

        ControlGroups.open(hierarchy, LIMITS);

        assertThat(own.resolve("aiverify-worker")).doesNotExist();
        assertThat(own.resolve("cgroup.subtree_control")).isEmptyFile();
    }

    @Test
    void groupsOfDeadWorkersAreRemovedAndThoseOfLivingOnesStay() throws IOException {
        Path pids = make("pids");
        ProcessHandle self = ProcessHandle.current();
        long started = self.info().startInstant().orElseThrow().toEpochMilli();
        Path dead = make("pids/aiverify-worker-" + self.pid() + "-1/run-3").getParent();
        Path gone = make("pids/aiverify-worker-999999999-5");
        Path living = make("pids/aiverify-worker-" + self.pid() + "-" + started + "/run-1");
        Path strange = make("pids/aiverify-worker-of-somebody");
        GroupHierarchy hierarchy = hierarchy("8:pids:/\n", mount("/", "pids", "cgroup", "pids"));

        ControlGroups.open(hierarchy, RunLimits.from(Settings.defaults()));

        assertThat(dead).doesNotExist();
        assertThat(gone).doesNotExist();
        assertThat(living).exists();
        assertThat(strange).exists();
        assertThat(pids).exists();
    }

    @Test
    void theCountsOfTheKernelAreReported() throws IOException {
        Path memory = make("memory");
        Path pids = make("pids");
        ControlGroup group = new ControlGroup(Map.of(Controller.MEMORY, memory, Controller.PIDS, pids));
        MachineMemory uncounted = MachineMemory.fromNow(directory.resolve("none"));
        Confinement confinement =
                new Confinement(memory.resolve("policy"), RunLimits.from(Settings.defaults()), 1, group, uncounted);
        assertThat(group.killsForMemory()).isEmpty();
        assertThat(confinement.hasMemorySufficed()).isFalse();
        assertThat(group.ranOutOfProcesses()).isFalse();

        Files.writeString(memory.resolve("memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        Files.writeString(pids.resolve("pids.events"), "max 12\n");
        assertThat(group.killsForMemory()).hasValue(1);
        assertThat(confinement.findExcess()).isPresent();
        assertThat(confinement.hasMemorySufficed()).isFalse();
        assertThat(group.ranOutOfProcesses()).isTrue();

        Files.writeString(memory.resolve("memory.oom_control"), "oom_kill 0\n");
        assertThat(confinement.findExcess()).isEmpty();
        assertThat(confinement.hasMemorySufficed()).isTrue();

        Files.delete(memory.resolve("memory.oom_control"));
        Files.writeString(memory.resolve("memory.events"), "low 0\noom 2\noom_kill 2\n");
        assertThat(group.killsForMemory()).hasValue(2);
        Files.writeString(memory.resolve("memory.events"), "oom_kill many\n");
        assertThat(group.killsForMemory()).isEmpty();
    }

    @Test
    void withoutAControlGroupTheCountOfTheMachineShowsWhetherMemorySufficed() throws IOException {
        Path counters = Files.writeString(directory.resolve("vmstat"), "pgfault 7\noom_kill 4\nnuma_hit 1\n");
        Confinement confinement = new Confinement(
                directory.resolve("policy"),
                RunLimits.from(Settings.defaults()),
                1,
                new ControlGroup(Map.of()),
                MachineMemory.fromNow(counters));
        assertThat(confinement.hasMemorySufficed()).isTrue();

        Files.writeString(counters, "oom_kill 5\n");
        assertThat(confinement.hasMemorySufficed()).isFalse();

        Files.delete(counters);
        assertThat(confinement.hasMemorySufficed()).isFalse();
    }

    @Test
    void withoutAControlGroupItIsSaidWhatDoesNotHold() {
        Isolation isolation =
                Isolation.none(Settings.of(Map.of("TEWORKER_TASK_MEMORY_MB", "100", "TEWORKER_TASK_CPUS", "1")));

        assertThat(isolation.note().inForce())
                .startsWith("sandbox none")
                .contains("100 MiB of memory, counted", "10240 MiB of files")
                .doesNotContain("no limit is set");
        assertThat(String.join(" ", isolation.note().missing()))
                .contains("TEWORKER_TASK_PIDS", "TEWORKER_TASK_MEMORY_MB for buffers of pipes", "TEWORKER_TASK_CPUS")
                .contains("TEWORKER_TASK_DISK_MB outside the run's directory");
        assertThat(Optional.of(isolation.note().toString())).get().asString().contains("; not in force: ");
    }

    @Test
    void limitsThatAreNotSetAreNamedWithTheirSettings() {
        assertThat(Isolation.none(Settings.of(Map.of())).note().inForce())
                .endsWith("; no limit is set for memory (TEWORKER_TASK_MEMORY_MB) and processors (TEWORKER_TASK_CPUS)");
        assertThat(Isolation.none(Settings.of(Map.of("TEWORKER_TASK_MEMORY_MB", "100")))
                        .note()
                        .inForce())
                .endsWith("; no limit is set for processors (TEWORKER_TASK_CPUS)");
    }
}
