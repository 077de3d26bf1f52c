package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The samples of the pages: a test runs each block that can be run, and each version is the build's version. */
class PagesTest {
    private static final Path ROOT = Path.of("..");
    private static final Set<String> RUN = Set.of("java", "xml", "json", "yaml");
    private static final Pattern VERSION = Pattern.compile("(?<![\\d.])\\d+\\.\\d+\\.\\d+(?![\\d.])");

    @Test
    void everyBlockThatCanBeRunIsTakenByATest() throws IOException {
        String tests = testSources();
        List<Sample> blocks = Sample.all().stream()
                .filter(block -> RUN.contains(block.language()) || !block.name().isEmpty())
                .toList();

        assertThat(blocks).hasSizeGreaterThan(15).allSatisfy(block -> {
            assertThat(block.name())
                    .as("name of the block in %s: %s", block.page(), block.text())
                    .isNotEmpty();
            String page = block.page().getFileName().toString();
            assertThat(tests)
                    .as("a test of %s in %s", block.name(), page)
                    .containsPattern("from\\(\\s*(PAGE|page|\"" + page + "\"),\\s*\"" + block.name() + "\"\\)");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedding.md", "pipelines.md", "testing.md"})
    void everyVersionIsThatOfTheBuild(String page) throws Exception {
        Set<String> known = versions().values().stream().collect(Collectors.toSet());
        known.addAll(Set.of("1.0.0", "4.0.0")); // the version of the reader's project, and of the pom format

        assertThat(VERSION.matcher(Files.readString(ROOT.resolve("docs").resolve(page)))
                        .results())
                .extracting(MatchResult::group)
                .isNotEmpty()
                .isSubsetOf(known);
    }

    @Test
    void thePomOfAnEmbedderIsCompleteAndOfTheBuildsVersions() throws Exception {
        assertPom(Sample.from("embedding.md", "embedding-pom"), "maven-resources-plugin", "maven-compiler-plugin");
    }

    /** The parent's dependency management does not apply to embedders: undeclared versions come from the libraries. */
    @Test
    void anEmbedderGetsTheSlf4jThatThePageNamesWhateverTheLibrariesAskFor() throws Exception {
        NodeList dependencies =
                xml(Files.readString(ROOT.resolve("worker-core/pom.xml"))).getElementsByTagName("dependency");

        assertThat(IntStream.range(0, dependencies.getLength())
                        .mapToObj(i -> text((Element) dependencies.item(i), "artifactId")))
                .contains("slf4j-api");
        assertThat(Files.readString(ROOT.resolve("docs/embedding.md")))
                .contains(
                        "SLF4J " + versions().get("slf4j-api"),
                        "Log4j " + versions().get("log4j-core"));
    }

    @Test
    void thePomOfAModuleIsCompleteAndOfTheBuildsVersions() throws Exception {
        assertPom(
                Sample.from("pipelines.md", "module-pom"),
                "maven-resources-plugin",
                "maven-compiler-plugin",
                "maven-surefire-plugin",
                "maven-jar-plugin");
    }

    @Test
    void thePomOfTestsIsCompleteAndOfTheBuildsVersions() throws Exception {
        assertPom(
                Sample.from("testing.md", "testing-pom"),
                "maven-resources-plugin",
                "maven-compiler-plugin",
                "maven-surefire-plugin");
    }

    @Test
    void aWorkerInAProgramOfOnesOwnTakesAboutTenLines() {
        assertThat(Sample.from("embedding.md", "EmbeddedWorker")
                        .text()
                        .lines()
                        .dropWhile(line -> !line.contains("void main"))
                        .skip(1)
                        .takeWhile(line -> !line.equals("    }"))
                        .filter(line -> !line.strip().equals("}")))
                .hasSizeBetween(5, 10);
    }

    @Test
    void pathsOfThisProjectInCommandsAreThere() {
        List<String> paths = Sample.all().stream()
                .filter(block -> block.language().equals("sh"))
                .flatMap(block -> Pattern.compile("worker-[a-z0-9]+(-[a-z0-9]+)*(/src/[\\w./-]+)?")
                        .matcher(block.text())
                        .results())
                .map(MatchResult::group)
                .filter(path -> !path.equals("worker-base"))
                .toList();

        assertThat(paths)
                .hasSizeGreaterThan(5)
                .allSatisfy(path -> assertThat(ROOT.resolve(path)).exists());
    }

    private static void assertPom(Sample sample, String... pinned) throws Exception {
        Element project = xml(sample.text());
        Map<String, String> versions = versions();
        List<String> plugins = new ArrayList<>();
        for (String kind : List.of("dependency", "plugin")) {
            NodeList elements = project.getElementsByTagName(kind);
            for (int i = 0; i < elements.getLength(); i++) {
                Element element = (Element) elements.item(i);
                String artifact = text(element, "artifactId");
                assertThat(text(element, "version")).as(artifact).isEqualTo(versions.get(artifact));
                plugins.add(artifact);
            }
        }
        assertThat(plugins).contains(pinned);
    }

    /** Returns the versions that the parent pom sets, by artifact. */
    private static Map<String, String> versions() throws Exception {
        Element parent = xml(Files.readString(ROOT.resolve("pom.xml")));
        String own = text(parent, "version");
        Map<String, String> properties = new HashMap<>(Map.of("project.version", own));
        NodeList children = parent.getElementsByTagName("properties").item(0).getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            properties.put(children.item(i).getNodeName(), children.item(i).getTextContent());
        }
        Map<String, String> versions = new HashMap<>();
        for (String kind : List.of("dependency", "plugin")) {
            NodeList elements = parent.getElementsByTagName(kind);
            for (int i = 0; i < elements.getLength(); i++) {
                Element element = (Element) elements.item(i);
                String version = text(element, "version");
                if (!version.isEmpty()) {
                    versions.put(
                            text(element, "artifactId"),
                            version.startsWith("${")
                                    ? properties.get(version.substring(2, version.length() - 1))
                                    : version);
                }
            }
        }
        // the versions of BOMs
        versions.put("junit-jupiter", properties.get("junit.version"));
        for (String part : List.of("log4j-core", "log4j-slf4j2-impl")) {
            versions.put(part, properties.get("log4j.version"));
        }
        return versions;
    }

    static Element xml(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(text)))
                .getDocumentElement();
    }

    /** Returns the text of a child; empty if there is none. */
    static String text(Element element, String child) {
        for (var node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node.getNodeName().equals(child)) {
                return node.getTextContent().strip();
            }
        }
        return "";
    }

    private static String testSources() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.find(
                ROOT,
                20,
                (path, is) -> path.toString().contains("/src/test/java/")
                        && path.toString().endsWith(".java"))) {
            for (Path file : files.toList()) {
                sources.append(Files.readString(file));
            }
        }
        return sources.toString();
    }
}
