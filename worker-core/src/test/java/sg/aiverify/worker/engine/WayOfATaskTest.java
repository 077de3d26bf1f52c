package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.queue.memory.InMemoryTaskQueue;

/** Which classes a reader meets who follows a task from the queue to its settlement. */
class WayOfATaskTest {
    @TempDir
    Path directory;

    /** Runs tasks one after the other; loaded by the loader that traces. */
    public static final class OneRun implements BiConsumer<Path, Runnable> {
        @Override
        public void accept(Path directory, Runnable reset) {
            ScriptedPipeline scripted = new ScriptedPipeline();
            InMemoryTaskQueue queue = new InMemoryTaskQueue(Duration.ofMinutes(10));
            try (Worker worker = scripted.worker(directory.resolve("data"), Map.of("TEWORKER_CONCURRENCY", "1"))
                    .queue(queue)
                    .build()) {
                worker.start();
                run(scripted, queue);
                reset.run();
                run(scripted, queue);
            }
        }

        private static void run(ScriptedPipeline scripted, InMemoryTaskQueue queue) {
            int before = scripted.uploads.size();
            queue.submit(scripted.task("{}").toJson());
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> scripted.uploads.size() > before && queue.queued() + queue.pending() == 0);
        }
    }

    @Test
    void aTaskIsFollowedThroughFewClasses() throws Exception {
        try (TracedClasses traced = new TracedClasses(getClass().getClassLoader())) {
            @SuppressWarnings("unchecked")
            BiConsumer<Path, Runnable> run = (BiConsumer<Path, Runnable>)
                    traced.loadClass(OneRun.class.getName()).getConstructor().newInstance();
            run.accept(directory, traced::reset);
            Set<String> met = new TreeSet<>();
            for (String name : traced.run()) {
                Path main = Path.of("target/classes", name.replace('.', '/') + ".class");
                if (Files.exists(main)) {
                    met.add(name);
                }
            }
            met.forEach(System.out::println);
            assertThat(met).hasSizeLessThanOrEqualTo(30);
        }
    }
}
