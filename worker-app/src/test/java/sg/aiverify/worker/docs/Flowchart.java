package sg.aiverify.worker.docs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A flowchart in Mermaid's language. This class reads only the part of the language that the pages use, and rejects
 * anything else, so that a renderer can draw all that it reads.
 *
 * @param nodes the boxes, by their ids
 * @param groups the titles of the subgraphs, by their ids
 * @param edges the arrows, in their order
 */
record Flowchart(Map<String, Node> nodes, Map<String, String> groups, List<Edge> edges) {
    private static final String ID = "([A-Za-z]\\w*)";
    private static final Pattern HEAD = Pattern.compile("flowchart (?:LR|TD)");
    private static final Pattern GROUP = Pattern.compile("subgraph " + ID + "\\[\"([^\"]+)\"]");
    private static final Pattern NODE = Pattern.compile(ID + "(?:\\[|\\(\\[|\\[\\(|\\{)\"([^\"]+)\"(?:]|]\\)|\\)]|})");
    private static final Pattern EDGE =
            Pattern.compile(ID + " (?:-->|-- \"([^\"]+)\" -->|-\\. \"([^\"]+)\" \\.->) " + ID);
    /** A wider line is broken by a renderer, at a place of its choice. */
    private static final int WIDEST = 45;

    /** One box; {@code group} is the id of the subgraph that it is in, or empty. */
    record Node(String group, List<String> lines) {}

    /** One arrow; {@code label} is empty if it has none. */
    record Edge(String from, String to, String label, boolean dotted) {}

    static Flowchart read(Sample block) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        Map<String, String> groups = new LinkedHashMap<>();
        List<Edge> edges = new ArrayList<>();
        Deque<String> open = new ArrayDeque<>(List.of(""));
        List<String> lines = block.text().lines().map(String::strip).toList();
        require(HEAD.matcher(lines.get(0)).matches(), block, lines.get(0));
        for (String line : lines.subList(1, lines.size())) {
            Matcher group = GROUP.matcher(line);
            Matcher node = NODE.matcher(line);
            Matcher edge = EDGE.matcher(line);
            if (group.matches()) {
                require(groups.put(group.group(1), group.group(2)) == null, block, line);
                open.push(group.group(1));
            } else if (line.equals("end")) {
                open.pop();
                require(!open.isEmpty(), block, "one \"end\" too many");
            } else if (node.matches()) {
                List<String> label = List.of(node.group(2).split("<br>"));
                require(nodes.put(node.group(1), new Node(open.element(), label)) == null, block, line);
                require(label.stream().allMatch(text -> text.length() <= WIDEST), block, line);
            } else if (edge.matches()) {
                boolean dotted = edge.group(3) != null;
                String label = dotted ? edge.group(3) : edge.group(2) == null ? "" : edge.group(2);
                edges.add(new Edge(edge.group(1), edge.group(4), label, dotted));
            } else {
                require(line.equals("direction LR"), block, line);
            }
        }
        require(open.size() == 1, block, "a subgraph without \"end\"");
        for (Edge edge : edges) {
            for (String id : List.of(edge.from(), edge.to())) {
                require(nodes.containsKey(id) != groups.containsKey(id), block, "an arrow at " + id);
            }
        }
        return new Flowchart(nodes, groups, edges);
    }

    /** Returns the first lines of the boxes in a group, sorted. */
    Set<String> names(String group) {
        return nodes.values().stream()
                .filter(node -> node.group().equals(group))
                .map(node -> node.lines().get(0))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the first line of a box. */
    String name(String id) {
        return nodes.get(id).lines().get(0);
    }

    private static void require(boolean holds, Sample block, String line) {
        if (!holds) {
            throw new AssertionError("flowchart " + block.name() + " of " + block.page() + ": " + line);
        }
    }
}
