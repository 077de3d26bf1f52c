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
 * Tests which classes and threads process a task that succeeds, from the queue to its settlement. These are the classes
 * of main code whose methods are called meanwhile; a nested class counts as its outer class. The modules are empty. Add
 * a class to these lists only for a good reason: at most thirty steps are allowed.
 */
class WayOfATaskTest {
    private static final String OURS = "sg.aiverify.worker.";

    /** The steps from the queue to the acknowledgement. */
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
            // the settler's thread
            "engine.Settler");

    /** The values that are passed on. They have no behaviour, so a reader can skip them. */
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
     * Packages that count as one step each, since a reader can skip their details. A text is converted to a task, and
     * an output to an archive, both with JSON and files. The queue is an interface; the queue on Valkey has other
     * classes than the one in memory.
     */
    private static final Set<String> ONE_STEP = Set.of("task", "result", "json", "files", "queue.memory");

    /** The classes with which the empty download module reads its algorithm. Modules do not count. */
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
    void theValuesAreValues() throws Exception {
        for (String name : VALUES) {
            assertThat(isValue(Class.forName(OURS + name))).as(name).isTrue();
        }
    }

    @Test
    void atMostTwoFramesAreBetweenTheSequenceAndAModule() {
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

        assertThat(between).hasSize(Stage.values().length - 1); // all but the error stage
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
        String packageName = name.substring(0, name.lastIndexOf('.')).replace(".internal", "");
        return ONE_STEP.contains(packageName) ? packageName : name;
    }

    /** Returns whether a type is a record, an enum, or a closed set of records: without mutable state or actions. */
    private static boolean isValue(Class<?> type) {
        return type.isRecord()
                || type.isEnum()
                || type.isSealed() && Stream.of(type.getPermittedSubclasses()).allMatch(Class::isRecord);
    }

    /** Runs tasks one after the other; loaded by the tracing class loader. */
    public static final class Runs implements BiConsumer<Path, TracedClasses> {
        @Override
        public void accept(Path directory, TracedClasses traced) {
            ScriptedPipeline scripted = new ScriptedPipeline();
            InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofHours(1));
            // No lease is extended meanwhile.
            Waiting waiting = (reason, planned) -> reason == Waiting.Reason.INTERVAL ? Duration.ofHours(1) : planned;
            try (Worker worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_CONCURRENCY", "1"))
                    .queue(queue)
                    .waiting(waiting)
                    .build()) {
                worker.start();
                run(scripted, queue); // Includes the steps that are done only once.
                traced.begin();
                run(scripted, queue);
                run(scripted, queue); // Now all steps of the run before are also done.
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
        seen.remove(Thread.currentThread().getName()); // It submits the tasks, and checks whether they are done.
        return seen;
    }

    private static Set<String> topLevel(Set<String> names) {
        return names.stream()
                .filter(name -> Files.exists(Path.of("target/classes", name.replace('.', '/') + ".class")))
                .map(name -> name.substring(OURS.length()).replaceAll("\\$.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
