package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the form of a result, before the gateway checks its content. */
final class ResultForm {
    static final Pattern PLUGIN_ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9-._]{0,127}");

    private static final Pattern DATE_TIME = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2})([T _t]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d([.,]\\d+)?)?([Zz]|[+-]\\d{2}:?\\d{2})?)?");

    private ResultForm() {}

    /** The exception for a result in the wrong form. */
    static final class WrongForm extends Exception {
        private static final long serialVersionUID = 1;

        WrongForm(String message) {
            super(message);
        }
    }

    static JsonObject check(JsonElement result) throws WrongForm {
        if (!result.isJsonObject()) {
            throw new WrongForm("a result must be an object");
        }
        JsonObject document = result.getAsJsonObject();
        optionalText(document, "testRunId");
        id(document, "gid");
        id(document, "cid");
        optionalText(document, "version");
        startTime(document.get("startTime"));
        need(PythonJson.isNumber(present(document, "timeTaken")), "timeTaken must be a number");
        JsonElement arguments = present(document, "testArguments");
        need(arguments.isJsonObject(), "testArguments must be an object");
        testArguments(arguments.getAsJsonObject());
        JsonElement output = present(document, "output");
        need(output.isJsonObject() || PythonJson.isString(output), "output must be an object");
        artifacts(document.get("artifacts"));
        return document;
    }

    private static void testArguments(JsonObject arguments) throws WrongForm {
        text(arguments, "testDataset");
        String mode = text(arguments, "mode");
        need(Set.of("upload", "api").contains(mode), "mode must be upload or api");
        need(
                Set.of("classification", "regression").contains(text(arguments, "modelType")),
                "modelType must be classification or regression");
        optionalText(arguments, "groundTruthDataset");
        optionalText(arguments, "groundTruth");
        String model = optionalText(arguments, "modelFile");
        need(!mode.equals("upload") || model != null, "modelFile is required for mode upload");
        JsonElement given = present(arguments, "algorithmArgs");
        need(given.isJsonObject() || PythonJson.isString(given), "algorithmArgs must be an object or JSON text");
        if (PythonJson.isString(given)) {
            try {
                PythonJson.read(given.getAsString());
            } catch (PythonJson.Malformed malformed) {
                throw new WrongForm("algorithmArgs is not JSON text: " + malformed.getMessage());
            }
        }
    }

    private static void artifacts(@Nullable JsonElement artifacts) throws WrongForm {
        if (artifacts == null || artifacts.isJsonNull()) {
            return;
        }
        need(artifacts.isJsonArray(), "artifacts must be a list");
        for (JsonElement artifact : artifacts.getAsJsonArray()) {
            need(PythonJson.isString(artifact), "artifacts must be names");
        }
    }

    private static void startTime(@Nullable JsonElement value) throws WrongForm {
        if (value != null && PythonJson.isNumber(value)) {
            return;
        }
        need(value != null && PythonJson.isString(value), "startTime must be a date and time");
        String text = value.getAsString();
        if (text.matches("-?\\d+(\\.\\d+)?")) {
            return;
        }
        Matcher matcher = DATE_TIME.matcher(text);
        need(matcher.matches(), "startTime must be an ISO date and time, was " + text);
        try {
            LocalDate.parse(matcher.group(1));
        } catch (DateTimeException noDay) {
            throw new WrongForm("startTime must be a day of the calendar, was " + text);
        }
    }

    private static void id(JsonObject document, String field) throws WrongForm {
        need(PLUGIN_ID.matcher(text(document, field)).matches(), field + " must match " + PLUGIN_ID);
    }

    private static String text(JsonObject object, String field) throws WrongForm {
        JsonElement value = present(object, field);
        need(PythonJson.isString(value), field + " must be a string");
        return value.getAsString();
    }

    private static @Nullable String optionalText(JsonObject object, String field) throws WrongForm {
        JsonElement value = object.get(field);
        return value == null || value.isJsonNull() ? null : text(object, field);
    }

    private static JsonElement present(JsonObject object, String field) throws WrongForm {
        JsonElement value = object.get(field);
        if (value == null) {
            throw new WrongForm(field + " is missing");
        }
        return value;
    }

    private static void need(boolean condition, String rule) throws WrongForm {
        if (!condition) {
            throw new WrongForm(rule);
        }
    }
}
