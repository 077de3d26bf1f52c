package sg.aiverify.worker.engine;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import sg.aiverify.worker.run.internal.DaemonThreads;

/** The engine's threads and timers, named for thread dumps and logs. */
final class EngineThreads {
    private EngineThreads() {}

    /** Makes a timer that forgets what is cancelled: the deadline of a run that has ended may be a day away. */
    static ScheduledThreadPoolExecutor timer(String name, int threads) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(threads, DaemonThreads.named(name));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }
}
