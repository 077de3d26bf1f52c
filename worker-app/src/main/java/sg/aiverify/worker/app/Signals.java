package sg.aiverify.worker.app;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The signals that stop the process. A shutdown hook is not enough: it cannot distinguish the second Ctrl-C from the
 * first, and it forces exit code 143 on a graceful stop.
 */
enum Signals {
    /** Ctrl-C. */
    INT(2),
    /** The stop request of init systems and Kubernetes. */
    TERM(15);

    private final int number;

    Signals(int number) {
        this.number = number;
    }

    /** Returns the exit code of a process that this signal ended. */
    int exitCode() {
        return ExitCode.SIGNAL + number;
    }

    /**
     * Runs an action on the first signal, and ends the process at once on the second one.
     *
     * @param stop the action for the first signal; runs in a separate thread
     * @return supplies the first signal; empty until one arrives
     */
    static Supplier<Optional<Signals>> firstStops(Runnable stop) {
        AtomicReference<@Nullable Signals> first = new AtomicReference<>();
        SignalSequence signals = new SignalSequence(System::nanoTime);
        for (Signals each : values()) {
            each.onArrival(() -> each.stopOrHalt(signals, () -> {
                first.set(each);
                stop.run();
            }));
        }
        return () -> Optional.ofNullable(first.get());
    }

    /**
     * Handles this signal as the next one of the sequence: stops gracefully, ignores it, or ends the process at once.
     */
    void stopOrHalt(SignalSequence signals, Runnable stop) {
        Runnable action = switch (signals.next()) {
            case FIRST -> stop;
            case ECHO -> () -> {};
            case AGAIN -> () -> Runtime.getRuntime().halt(exitCode());
        };
        action.run();
    }

    /** Runs the action in a separate thread, each time this process receives the signal. */
    void onArrival(Runnable action) {
        try {
            // The classes are loaded by name, since the compiler's warning about sun.misc cannot be suppressed.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler forward = (proxy, method, args) -> switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == args[0];
                case "toString" -> "handler of " + this;
                default -> {
                    action.run();
                    yield null;
                }
            };
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, forward);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name()), proxy);
        } catch (ReflectiveOperationException e) {
            Logger log = LogManager.getLogger(Signals.class);
            log.warn(
                    "Could not install a handler for SIG{}: this signal will end the worker without a graceful stop",
                    this,
                    e);
        }
    }
}
