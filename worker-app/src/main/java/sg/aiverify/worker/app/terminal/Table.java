package sg.aiverify.worker.app.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Aligned columns. A cell of several lines goes on below itself; in the last column, lines that are too long do as well.
 * Not thread-safe.
 */
public final class Table {
    private static final String GAP = "  ";
    /** Begins what to do about something; the rest of it stands below its words. */
    private static final String ARROW = "-> ";
    /** Begins a line that is not broken, however long it is. */
    public static final String UNBROKEN = " ".repeat(ARROW.length());

    /** Stands for a space at which no line is broken: of what Unicode says is no character, so no text holds it. */
    public static final String FIXED_SPACE = "\uFDD4";

    /** Begins one of several; the rest of it stands below its words. */
    private static final String ITEM = "- ";

    private final List<List<Cell>> rows = new ArrayList<>();

    /**
     * One cell.
     *
     * @param text what it says
     * @param paint colours each of its lines; does not change the width that a reader sees
     */
    public record Cell(String text, UnaryOperator<String> paint) {
        /**
         * Makes a cell without colour.
         *
         * @param text what it says
         * @return the cell
         */
        public static Cell of(String text) {
            return new Cell(text, UnaryOperator.identity());
        }

        List<String> lines() {
            List<String> lines = text.lines().toList();
            return lines.isEmpty() ? List.of("") : lines;
        }
    }

    /**
     * Adds a row.
     *
     * @param cells one for each column
     * @return this table
     */
    public Table row(Cell... cells) {
        rows.add(List.copyOf(Arrays.asList(cells)));
        return this;
    }

    /**
     * Lays the table out.
     *
     * @param window how many letters fit into a line
     * @return the lines, none ending in a space
     */
    public List<String> lines(int window) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<Cell> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                int width = row.get(column).lines().stream()
                        .mapToInt(Table::width)
                        .max()
                        .orElse(0);
                widths[column] = Math.max(widths[column], width);
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<Cell> unbroken : rows) {
            List<Cell> row = broken(unbroken, widths, window);
            int height =
                    row.stream().mapToInt(cell -> cell.lines().size()).max().orElse(0);
            for (int line = 0; line < height; line++) {
                lines.add(layOut(row, line, widths));
            }
        }
        return lines;
    }

    private static List<Cell> broken(List<Cell> row, int[] widths, int width) {
        int last = row.size() - 1;
        int before =
                Arrays.stream(widths, 0, last).map(each -> each + GAP.length()).sum();
        Cell cell = row.get(last);
        String text = cell.lines().stream()
                .flatMap(line -> line.startsWith(UNBROKEN)
                        ? Stream.of(line)
                        : Paragraph.wrapped(line, width - before, indent(line)).stream())
                .collect(Collectors.joining("\n"))
                .replace(FIXED_SPACE, " ");
        List<Cell> broken = new ArrayList<>(row);
        broken.set(last, new Cell(text, cell.paint()));
        return broken;
    }

    private static String layOut(List<Cell> row, int line, int[] widths) {
        StringBuilder text = new StringBuilder();
        int pending = 0;
        for (int column = 0; column < row.size(); column++) {
            List<String> cellLines = row.get(column).lines();
            String part = line < cellLines.size() ? cellLines.get(line) : "";
            if (!part.isEmpty()) {
                text.append(" ".repeat(pending)).append(row.get(column).paint().apply(part));
                pending = 0;
            }
            pending += widths[column] - width(part) + GAP.length();
        }
        return text.toString();
    }

    private static int indent(String line) {
        if (line.startsWith(ARROW)) {
            return ARROW.length();
        }
        return line.startsWith(ITEM) ? ITEM.length() : 0;
    }

    private static int width(String text) {
        return Paragraph.length(text);
    }
}
