package sg.aiverify.worker.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Feeds changed inputs to a property. {@code -Dfuzz.cases=N} sets how many; {@code -Dfuzz.seed=N} other ones than every
 * build has. A failure names seed, number and input.
 */
final class Fuzz {
    /** What may be allocated, not at once, for anything, and for each byte of the input. */
    private static final long MEMORY = 512L << 20;

    private static final int MEMORY_PER_BYTE = 4000;

    private final Mutations mutations;
    private final Random random;
    private final long seed = Long.getLong("fuzz.seed", 1);
    private final int cases;

    private Fuzz(int cases, List<byte[]> seeds) {
        this.cases = Integer.getInteger("fuzz.cases", cases);
        this.random = new Random(seed);
        this.mutations = new Mutations(random, seeds);
    }

    static Fuzz ofTexts(int cases, String... seeds) {
        return new Fuzz(
                cases,
                Stream.of(seeds)
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .toList());
    }

    static Fuzz of(int cases, List<byte[]> seeds) {
        return new Fuzz(cases, seeds);
    }

    /** What must hold for each input. Gives whether the input was taken for good. */
    @FunctionalInterface
    interface Property {
        boolean holds(byte[] input, Random random) throws Exception;
    }

    /** Tries all cases. Some must be good and some bad, or the property was never really tried. */
    void check(Property property) {
        int good = 0;
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int number = 0; number < cases; number++) {
            byte[] input = mutations.next();
            long before = memory.getCurrentThreadAllocatedBytes();
            try {
                good += property.holds(input, random) ? 1 : 0;
            } catch (Throwable e) {
                throw new AssertionError(
                        "seed %d, case %d, input %s = %s"
                                .formatted(
                                        seed,
                                        number,
                                        HexFormat.of().formatHex(input),
                                        new String(input, StandardCharsets.UTF_8)),
                        e);
            }
            assertThat(memory.getCurrentThreadAllocatedBytes() - before)
                    .as(
                            "memory for case %d of seed %d: %s",
                            number, seed, HexFormat.of().formatHex(input))
                    .isLessThan(MEMORY + (long) MEMORY_PER_BYTE * input.length);
        }
        assertThat(good).as("good ones among the inputs").isStrictlyBetween(0, cases);
    }
}
