package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import sg.aiverify.worker.app.http.OperatorRequest;
import sg.aiverify.worker.app.metrics.MetricsPage;
import sg.aiverify.worker.app.metrics.QueueGauges;
import sg.aiverify.worker.app.metrics.StatusGauges;
import sg.aiverify.worker.app.metrics.WorkerMetrics;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.docs.Sample;
import sg.aiverify.worker.engine.WorkerStatus;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.queue.valkey.internal.QueueDepth;

/** The documentation matches the code. */
class DocumentationTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern TEST = Pattern.compile("`[A-Z]\\w+#\\w+`");

    @Test
    void noPageAndNoSampleNamesWhatIsInternal() throws IOException {
        Pattern internal = Pattern.compile("sg\\.aiverify\\.worker\\.[\\w.]*internal|worker\\.engine\\.Engine\\b");
        try (Stream<Path> pages = Files.list(DOCS)) {
            for (Path page : Stream.concat(pages, Stream.of(Path.of("..", "README.md")))
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList()) {
                assertThat(internal.matcher(Files.readString(page)).results().map(MatchResult::group))
                        .as(page.toString())
                        .isEmpty();
            }
        }
    }

    @Test
    void everyCommandAndOptionIsDocumented() throws IOException {
        String operating = Files.readString(DOCS.resolve("operating.md"));
        CommandContext context =
                new CommandContext(CapturedTerminal.pipe().terminal(), Map.of(), DOCS, new Wiring(Map.of()));
        CommandLine commands = new CommandLineApp(context).commands();

        assertThat(commands.getSubcommands()).hasSize(3);
        commands.getSubcommands().forEach((name, command) -> {
            assertThat(operating).contains("`aiverify-worker " + name + "`");
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.usageHelp() && !option.versionHelp())
                    .forEach(option -> assertThat(operating).contains("`" + option.longestName()));
        });
    }

    @Test
    void theKindsOfDeadLettersAndTheOutcomesOfRunsAreThoseOfTheDocumentation() throws IOException {
        String operating = Files.readString(DOCS.resolve("operating.md"));
        PrometheusRegistry registry = new PrometheusRegistry();
        new WorkerMetrics(registry);

        // A cancelled run never becomes a dead letter.
        Set<String> kinds = words(FailureKind.values());
        kinds.remove("cancelled");
        assertThat(firstCells(operating, "| Kind | When |"))
                .extracting(kind -> kind.toLowerCase(Locale.ROOT))
                .containsExactlyInAnyOrderElementsOf(kinds)
                .containsExactlyInAnyOrderElementsOf(labels(registry, "aiverify_worker_dead_letters"));
        assertThat(firstCells(operating, "| Kind | When |"))
                .allSatisfy(kind -> assertThat(FailureKind.valueOf(kind)).isNotNull());
        assertThat(firstCells(operating, "| `outcome` of a run | When |"))
                .containsExactlyInAnyOrderElementsOf(words(RunEnd.values()))
                .containsExactlyInAnyOrderElementsOf(labels(registry, "aiverify_worker_runs"));
    }

    @Test
    void theAlertsUseOnlyMetricsOfTheWorker() throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        new WorkerMetrics(registry);
        registry.register(
                new StatusGauges(() -> new WorkerStatus(WorkerStatus.Phase.RECEIVING, 1, 0, 0, false, Map.of())));
        QueueDepth depth = new QueueDepth(0, OptionalLong.of(0), OptionalLong.of(0), 0);
        try (QueueGauges gauges = new QueueGauges(() -> depth, Duration.ofHours(1))) {
            registry.register(gauges);
            gauges.start();
            await().atMost(Duration.ofSeconds(10)).until(() -> gauges.collect().size() == 4);
            String page = new String(
                    MetricsPage.of(registry)
                            .handler()
                            .apply(new OperatorRequest("GET", "/metrics", Map.of("accept", "text/plain")))
                            .body(),
                    StandardCharsets.UTF_8);

            assertThat(names(Sample.from("operating.md", "alerts").text()))
                    .hasSizeGreaterThan(5)
                    .isSubsetOf(names(page).collect(Collectors.toSet()));
        }
    }

    private static Stream<String> names(String text) {
        return Pattern.compile("aiverify_worker_\\w+").matcher(text).results().map(MatchResult::group);
    }

    private static Set<String> words(Enum<?>[] values) {
        return Stream.of(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** Returns the names in the first column of a table; a cell may contain several. */
    private static List<String> firstCells(String text, String head) {
        return text.substring(text.indexOf(head))
                .lines()
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .flatMap(line -> Pattern.compile("`(\\w+)`")
                        .matcher(line.substring(0, line.indexOf(" | ")))
                        .results())
                .map(name -> name.group(1))
                .toList();
    }

    private static List<String> labels(PrometheusRegistry registry, String metric) {
        return registry.scrape(metric::equals).stream()
                .flatMap(snapshot -> snapshot.getDataPoints().stream())
                .map(point -> point.getLabels().getValue(0))
                .toList();
    }

    /** Tables whose last column is "test" contain promises. */
    @ParameterizedTest
    @ValueSource(strings = {"security.md", "isolation.md"})
    void everyPromiseNamesItsTestsAndTheyAreThere(String file) throws IOException {
        Map<String, String> sources = testSources();
        List<String> promises = promises(Files.readString(DOCS.resolve(file)));

        assertThat(promises).hasSizeGreaterThan(5).allSatisfy(promise -> {
            String cell = promise.substring(promise.lastIndexOf(" | "));
            List<String> tests =
                    TEST.matcher(cell).results().map(MatchResult::group).toList();
            assertThat(tests).as(promise).isNotEmpty();
            assertThat(tests).allSatisfy(test -> {
                String[] parts = test.replace("`", "").split("#");
                assertThat(sources).as(test).containsKey(parts[0]);
                assertThat(sources.get(parts[0])).as(test).contains("void " + parts[1] + "(");
            });
        });
    }

    private static List<String> promises(String text) {
        List<String> promises = new ArrayList<>();
        boolean isInTable = false;
        for (String line : text.lines().toList()) {
            isInTable = line.startsWith("|") && (isInTable || line.endsWith("| test |"));
            if (isInTable && !line.endsWith("| test |") && !line.startsWith("|---")) {
                promises.add(line);
            }
        }
        return promises;
    }

    @Test
    void everyClassOfTheLifeOfATaskIsThereAndEveryPackageNamed() throws IOException {
        String developing = Files.readString(DOCS.resolve("developing.md"));
        Map<String, String> sources = sources(path -> path.contains("/worker-core/src/"));
        int begin = developing.indexOf("## The life of a task");
        int stops = developing.indexOf("## How a run is stopped");
        int end = developing.indexOf("## Where tests are");
        // Settlements and constants are not separate classes.
        Predicate<MatchResult> isClass = name -> !name.group(1).matches("[A-Z]+")
                && !sources.get("Settlement").contains("record " + name.group(1) + "(");

        assertThat(developing.substring(begin, stops).lines()).hasSizeLessThanOrEqualTo(25);
        assertThat(developing.substring(stops, end).lines()).hasSizeLessThanOrEqualTo(20);
        assertThat(Pattern.compile("`([A-Z]\\w+)(?:\\.(\\w+))?`(?: \\(package `(\\w+)`)?")
                        .matcher(developing.substring(begin, end))
                        .results()
                        .filter(isClass))
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> {
                    assertThat(sources).containsKey(name.group(1));
                    String source = sources.get(name.group(1));
                    assertThat(source).contains(name.group(2) == null ? "" : " " + name.group(2) + "(");
                    if (name.group(3) != null) {
                        assertThat(source)
                                .containsPattern(
                                        "package sg\\.aiverify\\.worker\\." + name.group(3) + "(\\.internal)?;");
                    }
                });
    }

    private static Map<String, String> testSources() throws IOException {
        return sources(path -> path.contains("/src/test/java/") || path.contains("/worker-testkit/src/main/java/"));
    }

    private static Map<String, String> sources(Predicate<String> wanted) throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.find(
                Path.of(".."), 20, (path, is) -> path.toString().endsWith(".java") && wanted.test(path.toString()))) {
            for (Path file : files.toList()) {
                sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        return sources;
    }
}
