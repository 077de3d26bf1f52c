package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.stage.Stage;

/**
 * Which classes a reader meets who follows a task that succeeds from the queue to its settlement, and which threads
 * hand it on: those of main code that have a frame on the stack meanwhile, nested classes with the one that they are in.
 * The modules are empty. A class comes into these lists with a reason only, and no more than thirty steps are allowed.
 */
class WayOfATaskTest {
    private static final String OURS = "sg.aiverify.worker.";

    /** From the stream to the acknowledgement; a new thread begins where the indentation does. */
    private static final List<String> WAY = List.of(
            "engine.QueueReceiver",
            "engine.Slots",
            "engine.DiskSpace",
            "engine.ServiceBreaker",
            "queue.memory",
            "engine.QueueHealth",
            "engine.StopSignal",
            "run.CancellationSource",
            "engine.RunsInProgress",
            // the run's thread
            "engine.Attempt",
            "task",
            "engine.AttemptRunner",
            "engine.RunLog",
            "listener.internal.RunListeners",
            "engine.StageSequence",
            "engine.ReportTurn",
            "engine.LeasedReportRight",
            "engine.RunDirectories",
            "engine.AttemptContextFactory",
            "engine.AttemptContext",
            "engine.ProgressRelay",
            "run.internal.ResourceStack",
            "engine.StageCalls",
            "stage.internal.StageModules",
            "run.Cancellation",
            "result",
            "json",
            "files",
            // the settler's thread, too
            "engine.Settler");

    /** What is handed on along the way; read as it comes, for it does nothing by itself. */
    private static final List<String> VALUES = List.of(
            "queue.Delivery",
            "queue.ReportRight",
            "engine.EngineSettings",
            "stage.Demand",
            "stage.Stage",
            "stage.TestInputs",
            "algorithm.Algorithm",
            "stage.Execution",
            "stage.AlgorithmOutput",
            "stage.ResultArchive",
            "engine.Outcome",
            "engine.Settlement",
            "engine.Conclusion",
            "listener.EndedRun");

    /**
     * Packages that count as one step each, since a reader of the way need not enter them: the text of a task becomes a
     * {@code Task}, an output becomes an archive, both by means of JSON and files; and the queue is an interface, which
     * the real one implements by other classes than the one in memory.
     */
    private static final Set<String> ONE_STEP = Set.of("task", "result", "json", "files", "queue.memory");

    /** What the empty module of the download reads its algorithm with: modules are left out. */
    private static final Set<String> OF_THE_MODULE = Set.of("algorithm.AlgorithmLayout", "config.FileNames");

    @TempDir
    Path directory;

    @Test
    void aTaskIsFollowedThroughFewClassesAndThreads() throws Exception {
        Map<String, Set<String>> seen = seen();
        Set<String> classes = seen.values().stream()
                .flatMap(names -> topLevel(names).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> steps = new TreeSet<>(classes);
        steps.removeAll(VALUES);
        steps.removeAll(OF_THE_MODULE);
        Set<String> counted = steps.stream().map(WayOfATaskTest::step).collect(Collectors.toCollection(TreeSet::new));

        assertThat(counted)
                .as("steps, of %d classes with a frame on the stack", classes.size())
                .containsExactlyInAnyOrderElementsOf(WAY)
                .hasSizeLessThanOrEqualTo(30);
        assertThat(classes).as("values").containsAll(VALUES);
        assertThat(seen.keySet()).as("threads").containsExactlyInAnyOrder("receiver", "run", "settler");
    }

    @Test
    void whatCountsAsAValueIsOne() throws Exception {
        for (String name : VALUES) {
            assertThat(isValue(Class.forName(OURS + name))).as(name).isTrue();
        }
    }

    @Test
    void twoFramesAtMostAreBetweenTheSequenceAndAModule() {
        Map<Stage, List<String>> between = new ConcurrentHashMap<>();
        ScriptedPipeline scripted = new ScriptedPipeline();
        for (Stage stage : Stage.values()) {
            scripted.at(stage, run -> between.put(stage, framesOfTheEngine()));
        }
        try (Worker worker =
                scripted.worker(directory.resolve("data"), Map.of()).build()) {
            assertThat(worker.run(scripted.task("{}"))).isInstanceOf(Outcome.Succeeded.class);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }

        assertThat(between).hasSize(Stage.values().length - 1); // but for the error
        assertThat(between.values()).allSatisfy(frames -> assertThat(frames).hasSizeLessThanOrEqualTo(2));
    }

    private static List<String> framesOfTheEngine() {
        String sequence = StageSequence.class.getName();
        return StackWalker.getInstance()
                .walk(frames -> frames.takeWhile(frame -> !(frame.getClassName().equals(sequence)
                                && frame.getMethodName().equals("run")))
                        .filter(frame -> frame.getClassName().startsWith(Engine.class.getPackageName()))
                        .filter(frame -> !frame.getClassName().equals(sequence))
                        .filter(frame -> !frame.getClassName().equals(WayOfATaskTest.class.getName()))
                        .map(StackWalker.StackFrame::toString)
                        .toList());
    }

    private static String step(String name) {
        String room = name.substring(0, name.lastIndexOf('.')).replace(".internal", "");
        return ONE_STEP.contains(room) ? room : name;
    }

    /** A record, an enum, or a closed set of records: no state that changes, nothing done. */
    private static boolean isValue(Class<?> type) {
        return type.isRecord()
                || type.isEnum()
                || type.isSealed() && Stream.of(type.getPermittedSubclasses()).allMatch(Class::isRecord);
    }

    /** Runs tasks one after the other; loaded by the loader that traces. */
    public static final class Runs implements BiConsumer<Path, TracedClasses> {
        @Override
        public void accept(Path directory, TracedClasses traced) {
            ScriptedPipeline scripted = new ScriptedPipeline();
            InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofHours(1));
            // No look at the leases comes in between.
            Waiting waiting = (reason, planned) -> reason == Waiting.Reason.INTERVAL ? Duration.ofHours(1) : planned;
            try (Worker worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_CONCURRENCY", "1"))
                    .queue(queue)
                    .waiting(waiting)
                    .build()) {
                worker.start();
                run(scripted, queue); // What is done only once is done now.
                traced.begin();
                run(scripted, queue);
                run(scripted, queue); // Now all that the one before left to do is done, too.
                traced.end();
            }
        }

        private static void run(ScriptedPipeline scripted, InMemoryTaskQueue queue) {
            int before = scripted.uploads.size();
            queue.submit(scripted.task("{}").toJson());
            await().pollInSameThread()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> scripted.uploads.size() > before && queue.queued() + queue.pending() == 0);
        }
    }

    private Map<String, Set<String>> seen() throws Exception {
        TracedClasses traced = new TracedClasses(getClass().getClassLoader());
        @SuppressWarnings("unchecked")
        BiConsumer<Path, TracedClasses> runs = (BiConsumer<Path, TracedClasses>)
                traced.loadClass(Runs.class.getName()).getConstructor().newInstance();
        runs.accept(directory, traced);
        Map<String, Set<String>> seen = traced.seen();
        seen.remove(Thread.currentThread().getName()); // It submits the tasks, and looks whether they are done.
        return seen;
    }

    private static Set<String> topLevel(Set<String> names) {
        return names.stream()
                .filter(name -> Files.exists(Path.of("target/classes", name.replace('.', '/') + ".class")))
                .map(name -> name.substring(OURS.length()).replaceAll("\\$.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
