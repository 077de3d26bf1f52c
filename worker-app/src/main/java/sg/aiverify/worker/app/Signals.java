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
 * Signals of the operating system. A shutdown hook would not do: it cannot tell the second Ctrl-C from the first, and
 * forces exit code 143 upon a graceful end.
 */
enum Signals {
    /** Ctrl-C. */
    INT(2),
    /** The polite request to end, of init systems and Kubernetes. */
    TERM(15);

    private final int number;

    Signals(int number) {
        this.number = number;
    }

    /** Gives the exit code of a process that this signal ended. */
    int exitCode() {
        return ExitCode.SIGNAL + number;
    }

    /**
     * Lets the first signal stop something, and the next one end the process at once.
     *
     * @param stop what the first signal does, in a thread of its own
     * @return tells which signal that was; empty as long as none came
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

    /** Does what this signal, the next of its sequence, means: stops in order, or ends the process at once. */
    void stopOrHalt(SignalSequence signals, Runnable stop) {
        Runnable deed = switch (signals.next()) {
            case FIRST -> stop;
            case ECHO -> () -> {};
            case AGAIN -> () -> Runtime.getRuntime().halt(exitCode());
        };
        deed.run();
    }

    /** Runs the action, in a thread of its own, each time that this process gets the signal. */
    void onArrival(Runnable action) {
        try {
            // By name: the compiler warns about sun.misc and cannot be told not to.
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
            log.warn("The signal {} cannot be handled; it ends the worker without a graceful stop", this, e);
        }
    }
}
