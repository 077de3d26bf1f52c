package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.ConfigurationException;

class ServiceRunTest {
    private static final Duration GRACE = Duration.ofSeconds(7);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE);
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aSignalStopsGracefullyAndTheProcessEndsWell() throws InterruptedException {
        ServiceRun[] run = new ServiceRun[1];
        Service service = new Recorded() {
            @Override
            public void awaitStop() throws InterruptedException {
                run[0].signalled(Signals.TERM);
                super.awaitStop();
            }
        };
        run[0] = new ServiceRun(service, GRACE, code -> events.add("halt " + code), now::get);

        assertThat(run[0].run()).isZero();
        assertThat(events).containsExactly("start", "stop PT7S", "close");
    }

    @Test
    void theSecondSignalEndsAtOnce() throws InterruptedException {
        ServiceRun run = new ServiceRun(new Recorded(), GRACE, code -> events.add("halt " + code), now::get);

        run.signalled(Signals.INT);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        run.signalled(Signals.INT);
        run.signalled(Signals.TERM);

        assertThat(events).containsExactly("stop PT7S", "halt 130", "halt 143");
    }

    @Test
    void signalsThatComeTogetherCountOnce() {
        ServiceRun run = new ServiceRun(new Recorded(), GRACE, code -> events.add("halt " + code), now::get);

        run.signalled(Signals.TERM);
        run.signalled(Signals.TERM);
        now.addAndGet(Duration.ofMillis(999).toNanos());
        run.signalled(Signals.INT);

        assertThat(events).containsExactly("stop PT7S");
    }

    @Test
    void aWorkerThatCannotStartIsClosedAndSaysWhy() {
        ServiceRun run = new ServiceRun(
                new Recorded() {
                    @Override
                    public void start() {
                        throw new ConfigurationException("wrong password");
                    }
                },
                GRACE,
                code -> events.add("halt " + code),
                now::get);

        assertThatThrownBy(run::run).hasMessage("wrong password");
        assertThat(events).containsExactly("close");
    }

    @Test
    void aWorkerThatEndsByItselfHasFailed() throws InterruptedException {
        Recorded service = new Recorded();
        ServiceRun run = new ServiceRun(service, GRACE, code -> events.add("halt " + code), now::get);
        service.stopped.countDown();

        assertThat(run.run()).isEqualTo(1);
    }

    @Test
    void aStopThatFailsEndsTheProcessAsFailed() {
        ServiceRun run = new ServiceRun(
                new Recorded() {
                    @Override
                    public void stop(Duration grace) {
                        throw new IllegalStateException("stuck");
                    }
                },
                GRACE,
                code -> events.add("halt " + code),
                now::get);

        run.signalled(Signals.TERM);

        assertThat(events).containsExactly("halt 1");
    }

    private class Recorded implements Service {
        private final CountDownLatch stopped = new CountDownLatch(1);

        @Override
        public void start() {
            events.add("start");
        }

        @Override
        public void awaitStop() throws InterruptedException {
            stopped.await();
        }

        @Override
        public void stop(Duration grace) {
            events.add("stop " + grace);
            stopped.countDown();
        }

        @Override
        public void close() {
            events.add("close");
        }
    }
}
