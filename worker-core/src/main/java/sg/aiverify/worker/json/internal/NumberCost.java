package sg.aiverify.worker.json.internal;

import java.math.BigDecimal;

/**
 * The cost of arithmetic on long numbers: the square of the number of their digits, since zeros are stripped one by
 * one.
 */
final class NumberCost {
    private static final int SQUARES_PER_STEP = 128;

    private NumberCost() {}

    static long of(BigDecimal number) {
        return ofDigits(digits(number));
    }

    static long of(BigDecimal one, BigDecimal other) {
        return ofDigits(digits(one) + digits(other));
    }

    private static long digits(BigDecimal number) {
        return Math.abs((long) number.scale()) + number.unscaledValue().bitLength() / 3;
    }

    private static long ofDigits(long digits) {
        return digits * digits / SQUARES_PER_STEP;
    }
}
