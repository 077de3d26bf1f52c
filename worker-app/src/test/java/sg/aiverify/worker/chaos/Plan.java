package sg.aiverify.worker.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A plan of faults and orders, drawn from a seed. The same seed creates the same plan; its effects depend on timing.
 *
 * @param seed the seed
 * @param faults the faults, in the order of their times
 * @param orders the orders, in the order of their times
 */
record Plan(long seed, List<Event> faults, List<Order> orders) {
    private static final int SHORTEST_GAP = 200;
    private static final int LONGEST_GAP = 1400;
    private static final int LONGEST_RUN = 2000;

    /**
     * A fault.
     *
     * @param atMillis its time since the beginning, in milliseconds
     * @param salt the seed of its details
     */
    record Event(long atMillis, FaultKind kind, long salt) {}

    /**
     * A run that is ordered.
     *
     * @param atMillis its time since the beginning, in milliseconds
     * @param runMillis the duration of its algorithm, in milliseconds
     */
    record Order(long atMillis, int runMillis) {}

    /** Draws every kind of fault once and a quarter of them twice, and distributes the runs over their time. */
    static Plan of(long seed, int runs, Collection<FaultKind> kinds) {
        Random random = new Random(seed);
        List<FaultKind> deck = new ArrayList<>(kinds);
        Collections.shuffle(deck, random);
        deck.addAll(new ArrayList<>(deck.subList(0, deck.size() / 4)));
        Collections.shuffle(deck, random);
        List<Event> faults = new ArrayList<>();
        long at = 500;
        for (FaultKind kind : deck) {
            faults.add(new Event(at, kind, random.nextLong()));
            at += SHORTEST_GAP + random.nextInt(LONGEST_GAP - SHORTEST_GAP);
        }
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            double skewed = random.nextDouble() * random.nextDouble();
            orders.add(new Order(at * i / runs, 5 + (int) (skewed * LONGEST_RUN)));
        }
        return new Plan(seed, List.copyOf(faults), List.copyOf(orders));
    }
}
