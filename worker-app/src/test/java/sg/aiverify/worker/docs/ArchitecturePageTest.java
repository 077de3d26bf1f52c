package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import sg.aiverify.worker.docs.Flowchart.Edge;
import sg.aiverify.worker.engine.Outcome;
import sg.aiverify.worker.isolation.Sandbox;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;

/** The diagrams of docs/architecture.md match the code; {@link DocumentedKeysTest} compares the keys. */
class ArchitecturePageTest {
    private static final String PAGE = "architecture.md";
    private static final Path ROOT = Path.of("..");
    /** The places in the code that name a thread; {@code threads} creates those of the HTTP server. */
    private static final Pattern THREAD =
            Pattern.compile("(?:DaemonThreads\\s*\\.\\s*(?:named|timer|start)|\\bthreads)\\(\\s*\"([a-z-]+)\"");

    @Test
    void everyFlowchartCanBeDrawn() {
        List<Sample> blocks = Sample.all().stream()
                .filter(block -> block.language().equals("mermaid"))
                .toList();

        assertThat(blocks)
                .hasSizeGreaterThan(7)
                .allSatisfy(block -> assertThat(Flowchart.read(block).edges()).isNotEmpty());
    }

    @Test
    void theModulesNeedEachOtherAsTheirPomsSay() throws Exception {
        Flowchart chart = Flowchart.read(Sample.from(PAGE, "modules"));
        NodeList modules = pom(ROOT).getElementsByTagName("module");
        Set<String> needs = new TreeSet<>();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < modules.getLength(); i++) {
            String module = modules.item(i).getTextContent();
            names.add(module);
            needs.addAll(needs(module));
        }

        assertThat(chart.names("")).isEqualTo(names);
        assertThat(chart.edges().stream()
                        .map(edge -> chart.name(edge.from()) + " " + (edge.dotted() ? edge.label() : "compile") + " "
                                + chart.name(edge.to())))
                .containsExactlyInAnyOrderElementsOf(needs);
        assertThat(firstCells("| Module | Contents |")).isEqualTo(names);
    }

    private static List<String> needs(String module) throws Exception {
        NodeList dependencies = pom(ROOT.resolve(module)).getElementsByTagName("dependency");
        return Stream.iterate(0, i -> i < dependencies.getLength(), i -> i + 1)
                .map(i -> (Element) dependencies.item(i))
                .filter(dependency -> PagesTest.text(dependency, "groupId").contains("project.groupId")
                        || PagesTest.text(dependency, "groupId").equals("sg.aiverify.worker"))
                .map(dependency -> {
                    String scope = PagesTest.text(dependency, "scope");
                    return module + " " + (scope.isEmpty() ? "compile" : scope) + " "
                            + PagesTest.text(dependency, "artifactId");
                })
                .toList();
    }

    private static Element pom(Path directory) throws Exception {
        return PagesTest.xml(Files.readString(directory.resolve("pom.xml")));
    }

    @Test
    void theThreadsHaveTheNamesThatTheCodeGivesThem() throws IOException {
        Flowchart chart = Flowchart.read(Sample.from(PAGE, "threads"));
        Set<String> drawn = new TreeSet<>(chart.names("all"));
        drawn.addAll(chart.names("way"));
        drawn.addAll(chart.names("python"));
        drawn.remove("queue");

        assertThat(drawn).isEqualTo(threads(module -> module.equals("worker-core")));
        assertThat(firstCells("| Thread | Part | Task |"))
                .isEqualTo(threads(module -> module.startsWith("worker-pipelines-") || module.equals("worker-app")));
        assertThat(handOffs(chart)).containsExactly("receiver run", "run settler");
    }

    private static List<String> handOffs(Flowchart chart) {
        return chart.edges().stream()
                .filter(edge -> chart.nodes().containsKey(edge.from()))
                .filter(edge -> chart.nodes().get(edge.from()).group().equals("way"))
                .map(edge -> chart.name(edge.from()) + " " + chart.name(edge.to()))
                .filter(names -> !names.contains("queue"))
                .toList();
    }

    private static Set<String> threads(Predicate<String> wanted) throws IOException {
        Set<String> names = new TreeSet<>();
        String sources = File.separator + Path.of("src", "main", "java");
        try (Stream<Path> files =
                Files.find(ROOT, 20, (file, is) -> file.toString().endsWith(".java"))) {
            for (Path file : files.filter(file -> file.toString().contains(sources))
                    .filter(file -> wanted.test(file.getName(1).toString()))
                    .toList()) {
                THREAD.matcher(Files.readString(file))
                        .results()
                        .map(name -> name.group(1))
                        .forEach(names::add);
            }
        }
        return names;
    }

    @Test
    void anAttemptPassesTheStagesInTheirOrder() {
        Flowchart chart = Flowchart.read(Sample.from(PAGE, "attempt"));
        List<String> stages = Stream.of(Stage.values()).map(Stage::wireName).toList();
        Set<String> names =
                chart.nodes().values().stream().map(node -> node.lines().get(0)).collect(Collectors.toSet());

        assertThat(names).containsAll(stages);
        assertThat(chart.edges().stream()
                        .filter(edge -> isIn(chart, edge, "stages"))
                        .map(edge -> chart.name(edge.to()))
                        .filter(stages::contains))
                .containsExactly("pipeline_build", "validate_input", "pipeline_execute", "upload");
    }

    private static boolean isIn(Flowchart chart, Edge edge, String group) {
        return chart.nodes().containsKey(edge.to())
                && chart.nodes().get(edge.to()).group().equals(group);
    }

    @Test
    void theEndsOfAnAttemptAreThoseOfTheCode() throws Exception {
        Flowchart chart = Flowchart.read(Sample.from(PAGE, "ends"));
        Set<String> settlements =
                names(Class.forName("sg.aiverify.worker.engine.Settlement$Kind").getEnumConstants());

        assertThat(chart.names("outcome")).isEqualTo(names(Outcome.Kind.values()));
        assertThat(chart.names("runEnd")).isEqualTo(names(RunEnd.values()));
        assertThat(chart.names("settlement")).isEqualTo(settlements);
        assertThat(firstCells("| Settlement | When |")).isEqualTo(settlements);
        // Each end has one settlement, and is the end of some outcome.
        assertThat(chart.edges().stream().map(Edge::from).filter(chart.names("runEnd")::contains))
                .containsExactlyInAnyOrderElementsOf(chart.names("runEnd"));
        assertThat(chart.edges().stream()
                        .map(Edge::to)
                        .filter(chart.names("runEnd")::contains)
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(chart.names("runEnd"));
    }

    private static Set<String> names(Object[] constants) {
        return Stream.of(constants).map(each -> ((Enum<?>) each).name()).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theCagesAreTheSandboxesAndTheModulesThatExecute() {
        Flowchart machine = Flowchart.read(Sample.from(PAGE, "virtual-environments"));
        Flowchart containers = Flowchart.read(Sample.from(PAGE, "containers"));
        Set<String> modules = ServiceLoader.load(ModuleProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.stage() == Stage.PIPELINE_EXECUTE)
                .map(ModuleProvider::name)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(machine.nodes().get("kind").lines().stream().skip(1))
                .containsExactlyElementsOf(
                        Stream.of(Sandbox.values()).map(Sandbox::word).toList());
        Set<String> drawn = Stream.of(machine, containers)
                .flatMap(chart -> chart.groups().values().stream())
                .flatMap(title -> Pattern.compile("^(\\w+): ").matcher(title).results())
                .map(title -> title.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(drawn).isEqualTo(modules);
    }

    /** Returns the names in the first column of a table; a cell may contain several. */
    private static Set<String> firstCells(String head) {
        return page().lines()
                .dropWhile(line -> !line.equals(head))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .flatMap(line -> Pattern.compile("`([^`]+)`")
                        .matcher(line.substring(0, line.indexOf(" | ")))
                        .results())
                .map(name -> name.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String page() {
        try {
            return Files.readString(ROOT.resolve("docs").resolve(PAGE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
