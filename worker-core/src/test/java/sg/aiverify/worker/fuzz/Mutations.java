package sg.aiverify.worker.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Changes good inputs into nearly good ones: a few random edits each, drawn from a seed. */
final class Mutations {
    /** What parsers have stumbled over before. */
    private static final List<String> ODD = List.of(
            "\"",
            "'",
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "null",
            "true",
            "NaN",
            "-Infinity",
            "1e999",
            "-0",
            "1E-400",
            "0x1",
            "01",
            "1e99999999999",
            "123456789012345678901234567890",
            "\u0000",
            "\n",
            "\\u0000",
            "\\ud800",
            "\ud83d\ude00",
            "\ufeff",
            "/",
            "../",
            "..\\",
            "/etc/passwd",
            "_dataset_:",
            "%2F",
            "results.json",
            "{\"event\": \"exited\", ",
            "[[[[[[[[[[[[[[[[",
            "\"$ref\":\"#\"",
            "(a+)+$");

    private final Random random;
    private final List<byte[]> seeds;

    Mutations(Random random, List<byte[]> seeds) {
        this.random = random;
        this.seeds = seeds;
    }

    byte[] next() {
        byte[] made = seeds.get(random.nextInt(seeds.size())).clone();
        for (int edits = random.nextInt(4); edits >= 0; edits--) {
            made = edit(made);
        }
        return made;
    }

    String nextText() {
        return new String(next(), StandardCharsets.UTF_8);
    }

    private byte[] edit(byte[] from) {
        int at = random.nextInt(from.length + 1);
        int end = Math.min(from.length, at + random.nextInt(1 + random.nextInt(32)));
        switch (random.nextInt(8)) {
            case 0:
                return join(from, 0, at, from, end, from.length); // left out
            case 1:
                return join(from, 0, end, from, at, from.length); // twice
            case 2:
                byte[] odd = ODD.get(random.nextInt(ODD.size())).getBytes(StandardCharsets.UTF_8);
                return join(join(from, 0, at, odd, 0, odd.length), 0, at + odd.length, from, end, from.length);
            case 3:
                byte[] other = seeds.get(random.nextInt(seeds.size()));
                return join(from, 0, at, other, random.nextInt(other.length + 1), other.length);
            case 4:
                return join(from, 0, at, from, 0, 0); // cut off
            case 5:
                byte[] noise = new byte[random.nextInt(8)];
                random.nextBytes(noise);
                return join(join(from, 0, at, noise, 0, noise.length), 0, at + noise.length, from, end, from.length);
            default:
                byte[] changed = from.clone();
                if (changed.length > 0) {
                    int place = random.nextInt(changed.length);
                    changed[place] = random.nextBoolean()
                            ? (byte) (changed[place] ^ 1 << random.nextInt(8))
                            : (byte) (random.nextBoolean() ? 0xff : random.nextInt(256));
                }
                return changed;
        }
    }

    private static byte[] join(byte[] first, int from, int to, byte[] second, int start, int end) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(first, from, to - from);
        joined.write(second, start, end - start);
        return joined.toByteArray();
    }
}
