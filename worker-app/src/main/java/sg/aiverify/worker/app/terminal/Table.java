package sg.aiverify.worker.app.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table with aligned columns. The lines of a cell are shown below each other; long lines of the last column are
 * wrapped. Not thread-safe.
 */
public final class Table {
    private static final String GAP = "  ";
    /** The beginning of advice. Its further lines are aligned with its first word. */
    private static final String ARROW = "-> ";
    /** The beginning of a line that is never wrapped. */
    public static final String UNBROKEN = " ".repeat(ARROW.length());

    /** A space at which no line is wrapped. Unicode defines it as a noncharacter, so no text contains it. */
    public static final String FIXED_SPACE = "\uFDD4";

    /** The beginning of an item of a list. Its further lines are aligned with its first word. */
    private static final String ITEM = "- ";

    private final List<List<Cell>> rows = new ArrayList<>();

    /**
     * One cell.
     *
     * @param text its text, of one or several lines
     * @param paint colours each line, without changing its visible width
     */
    public record Cell(String text, UnaryOperator<String> paint) {
        /**
         * Creates a cell without colour.
         *
         * @param text its text
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
     * Formats the table.
     *
     * @param window the width of the window, in characters
     * @return the lines, without spaces at their ends
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
