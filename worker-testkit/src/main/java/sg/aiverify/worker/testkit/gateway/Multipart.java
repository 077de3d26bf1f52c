package sg.aiverify.worker.testkit.gateway;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The parts of a {@code multipart/form-data} body. */
final class Multipart {
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILENAME = Pattern.compile("[; ]filename=\"([^\"]*)\"", Pattern.CASE_INSENSITIVE);

    private Multipart() {}

    /**
     * A part of the body.
     *
     * @param name the name of the field
     * @param filename the name of the file; null for a text field
     * @param content the content
     */
    record Part(String name, @Nullable String filename, byte[] content) {}

    /** Parses a body; empty if it is not multipart. */
    static Optional<List<Part>> parse(GatewayRequest request) {
        if (!request.contentType().toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
            return Optional.empty();
        }
        Matcher boundary = BOUNDARY.matcher(request.contentType());
        if (!boundary.find()) {
            throw Refusal.of(400, "Missing boundary in multipart.");
        }
        // Latin-1 maps each byte to one char and back, so binary content can be searched as text.
        String body = new String(request.body(), StandardCharsets.ISO_8859_1);
        String delimiter = "--" + boundary.group(1);
        List<Part> parts = new ArrayList<>();
        int at = body.indexOf(delimiter);
        while (at >= 0 && !body.startsWith("--", at + delimiter.length())) {
            int headerEnd = body.indexOf("\r\n\r\n", at);
            int end = headerEnd < 0 ? -1 : body.indexOf("\r\n" + delimiter, headerEnd + 2);
            if (end < 0) {
                throw Refusal.of(400, "There was an error parsing the body");
            }
            String headers = body.substring(at + delimiter.length(), headerEnd);
            String content = end < headerEnd + 4 ? "" : body.substring(headerEnd + 4, end);
            part(headers, content).ifPresent(parts::add);
            at = end + 2;
        }
        return Optional.of(parts);
    }

    private static Optional<Part> part(String headers, String content) {
        Matcher name = NAME.matcher(headers);
        if (!name.find()) {
            return Optional.empty();
        }
        Matcher filename = FILENAME.matcher(headers);
        return Optional.of(new Part(
                utf8(name.group(1)),
                filename.find() ? utf8(filename.group(1)) : null,
                content.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String utf8(String latin) {
        return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
