package sg.aiverify.worker;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Prints one line at the end of a build, with the skipped tests of all modules and what they need.
 *
 * <p>A test skips itself by an assumption. Its message is "needs", the missing thing, a colon, and the reason.
 */
public final class SkippedTests {
    private final Map<String, Need> needs = new LinkedHashMap<>();
    private final Set<String> withoutTests = new TreeSet<>();
    private int reports;

    private static final class Need {
        private final Set<String> reasons = new LinkedHashSet<>();
        private int tests;

        void add(String reason) {
            tests++;
            if (!reason.isEmpty()) {
                reasons.add(reason);
            }
        }

        @Override
        public String toString() {
            return tests + (reasons.isEmpty() ? "" : ", " + String.join(", ", reasons));
        }
    }

    private SkippedTests() {}

    /**
     * Prints the line.
     *
     * @param arguments the directory of the checkout; the start of the build, since reports of earlier builds do not
     *     count; {@code fail} or {@code report}, the action if tests were skipped
     */
    public static void main(String... arguments) throws IOException {
        SkippedTests skipped = read(Path.of(arguments[0]), Instant.parse(arguments[1]));
        System.out.println(skipped);
        if (arguments[2].equals("fail") && !skipped.needs.isEmpty()) {
            throw new IllegalStateException("In this build no test may be skipped");
        }
    }

    static SkippedTests read(Path checkout, Instant since) throws IOException {
        SkippedTests skipped = new SkippedTests();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(checkout, "worker-*")) {
            for (Path module : modules) {
                int before = skipped.reports;
                for (String kind : new String[] {"surefire-reports", "failsafe-reports"}) {
                    skipped.addAll(module.resolve("target").resolve(kind), since);
                }
                if (skipped.reports == before) {
                    skipped.withoutTests.add(module.getFileName().toString());
                }
            }
        }
        return skipped;
    }

    private void addAll(Path directory, Instant since) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "TEST-*.xml")) {
            for (Path file : files) {
                if (!Files.getLastModifiedTime(file).toInstant().isBefore(since)) {
                    reports++;
                    add(file);
                }
            }
        }
    }

    private void add(Path report) throws IOException {
        try {
            NodeList marks = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(report.toFile())
                    .getElementsByTagName("skipped");
            for (int i = 0; i < marks.getLength(); i++) {
                Element mark = (Element) marks.item(i);
                // If a class is skipped before its tests, there is only the exception's text.
                add(mark.hasAttribute("message") ? mark.getAttribute("message") : mark.getTextContent());
            }
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("Could not read the test report " + report, e);
        }
    }

    private void add(String message) {
        String words = message.strip()
                .lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^[\\w.]+Exception: ", "")
                .replaceFirst("^Assumption failed: ", "");
        int colon = words.indexOf(": ");
        String need = (colon < 0 ? words : words.substring(0, colon)).replaceFirst("^needs ", "");
        String reason = colon < 0 ? "" : words.substring(colon + 2);
        needs.computeIfAbsent(need.isEmpty() ? "no reason given" : need, added -> new Need())
                .add(reason);
    }

    @Override
    public String toString() {
        if (reports == 0) {
            return "No test was run.";
        }
        String line = needs.isEmpty()
                ? "No test was skipped."
                : "Skipped, for lack of: "
                        + needs.entrySet().stream()
                                .map(need -> need.getKey() + " (" + need.getValue() + ")")
                                .collect(Collectors.joining("; "));
        return withoutTests.isEmpty() ? line : line + " This build ran no tests of " + String.join(", ", withoutTests);
    }
}
