package sg.aiverify.worker.app.local;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Translates failure messages for users of the command line. The messages refer to the fields of a task, or to the
 * kinds of inputs; here each of them is an option.
 */
final class OptionWords {
    private static final String RAN = "(?:Failed to run algorithm: )?";
    /**
     * Patterns for the beginnings of messages, with replacements that contain the option. The first match is applied.
     */
    private static final Map<Pattern, String> BEGINNINGS = beginnings();
    /** Patterns for the fields of a task in messages, with replacements that contain the option. */
    private static final Map<Pattern, String> FIELDS = fields();

    private OptionWords() {}

    private static Map<Pattern, String> beginnings() {
        Map<Pattern, String> beginnings = new LinkedHashMap<>();
        beginnings.put(
                Pattern.compile(RAN + "The (ground truth dataset (?:has no column|must have exactly one column) )"),
                "--ground-truth-column: the $1");
        beginnings.put(Pattern.compile(RAN + "The (ground truth(?: dataset)? )"), "--ground-truth: the $1");
        beginnings.put(
                Pattern.compile(RAN + "The (dataset has .{1,20} rows and the ground truth )"),
                "--data and --ground-truth: the $1");
        beginnings.put(Pattern.compile(RAN + "The ((?:test )?data(?:set)? )"), "--data: the $1");
        beginnings.put(Pattern.compile(RAN + "The ((?:model|pipeline) )"), "--model: the $1");
        beginnings.put(Pattern.compile(RAN + "Invalid algorithm: "), "--algorithm: ");
        beginnings.put(Pattern.compile("Failed to build [a-z ]+: (pyproject\\.toml )"), "--algorithm: its $1");
        beginnings.put(
                Pattern.compile("Input arguments is invalid: the algorithm needs a ground truth, but the task has no"
                        + " groundTruthDataset$"),
                "the algorithm needs a ground truth: add --ground-truth and --ground-truth-column");
        beginnings.put(Pattern.compile("Input arguments is invalid: "), "--args: ");
        return beginnings;
    }

    private static Map<Pattern, String> fields() {
        Map<Pattern, String> fields = new LinkedHashMap<>();
        fields.put(
                Pattern.compile("but the task has no groundTruthDataset"),
                "add --ground-truth and --ground-truth-column");
        Map<String, String> names = new LinkedHashMap<>();
        names.put("id", "--run-id");
        names.put("algorithmGID", "gid of --algorithm");
        names.put("algorithmCID", "cid of --algorithm");
        names.put("algorithmArgs", "--args");
        names.put("modelFile", "--model");
        names.put("modelType", "--model-type");
        names.put("testDataset", "--data");
        names.put("groundTruthDataset", "--ground-truth");
        names.put("groundTruth", "--ground-truth-column");
        names.forEach((field, option) ->
                fields.put(Pattern.compile("(?<=^The task is invalid: |; )" + field + "(?= (?:must|is) )"), option));
        fields.put(Pattern.compile("(?<=the column of )groundTruthDataset"), "--ground-truth");
        fields.put(Pattern.compile("^The task is invalid: "), "");
        // A user of the command line uploads nothing.
        fields.put(Pattern.compile("(?<=: |\\. |[;,] )upload (?=a folder with )"), "set --model to ");
        fields.put(Pattern.compile("(?<=: |; )upload (?=that file alone)"), "use ");
        return fields;
    }

    /**
     * Translates a failure message.
     *
     * @param message the message; output below its first line is not changed
     * @return the message, with the names of options instead of fields
     */
    static String in(String message) {
        int end = message.indexOf('\n');
        String sentence = end < 0 ? message : message.substring(0, end);
        for (Map.Entry<Pattern, String> beginning : BEGINNINGS.entrySet()) {
            var matcher = beginning.getKey().matcher(sentence);
            if (matcher.lookingAt()) {
                sentence = matcher.replaceFirst(beginning.getValue());
                break;
            }
        }
        for (Map.Entry<Pattern, String> field : FIELDS.entrySet()) {
            sentence = field.getKey().matcher(sentence).replaceAll(field.getValue());
        }
        return end < 0 ? sentence : sentence + message.substring(end);
    }
}
