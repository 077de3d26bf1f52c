package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.commons.io.function.IOConsumer;
import org.apache.commons.io.function.IOSupplier;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.run.Cancellation;

/** Tries calls to the gateway again, and tells what kind of trouble is left. Thread-safe. */
final class Attempts {
    private static final Logger log = LogManager.getLogger(Attempts.class);

    private static final String LOGIN_ADVICE = "; check " + GatewaySettings.TOKEN_FILE.name() + ", "
            + GatewaySettings.HEADERS_FILE.name() + " and the login of the proxy";

    /** A row that is committed at last is there after one or two questions: not worth a line in the log. */
    private static final int NEWS = 3;

    private final GatewaySettings settings;
    private final GatewayTiming timing;
    /** Asks the gateway, once, for something that costs it little and depends on no run. */
    private final IOConsumer<Cancellation> lifeSign;
    /** Of calls that are tried again here; whoever waits longer logs that by itself. */
    private final Outage outage = new Outage();

    Attempts(GatewaySettings settings, GatewayTiming timing, IOConsumer<Cancellation> lifeSign) {
        this.settings = settings;
        this.timing = timing;
        this.lifeSign = lifeSign;
    }

    /**
     * Tries until there is an answer that repeating would not change.
     *
     * @throws BadAnswer an answer other than success
     * @throws ServiceAwayException if the gateway cannot be reached
     * @throws InfrastructureException if answers break off
     */
    <T> T whatMayPass(Cancellation cancellation, IOSupplier<T> attempt) throws BadAnswer {
        for (int failures = 1; ; failures++) {
            try {
                T answer = attempt.get();
                outage.end();
                return answer;
            } catch (BadAnswer e) {
                if (!e.mayPass() || timing.trouble().isExhaustedAfter(failures)) {
                    throw e;
                }
                say(e);
            } catch (IOException e) {
                if (timing.trouble().isExhaustedAfter(failures)) {
                    throw lasting(e, cancellation);
                }
                say(e);
            }
            cancellation.sleep(timing.trouble().pauseAfter(failures));
        }
    }

    private void say(IOException e) {
        String trouble = told(e);
        log.log(outage.noteTrouble(trouble) ? Level.INFO : Level.DEBUG, "{}; trying again", trouble);
    }

    /** As {@link #whatMayPass}, and tries again while the gateway does not know a run. */
    <T> T onRun(Cancellation cancellation, IOSupplier<T> attempt) throws BadAnswer {
        Duration most = timing.uncommitted().total();
        for (int failures = 1; ; failures++) {
            try {
                return whatMayPass(cancellation, attempt);
            } catch (BadAnswer e) {
                if (e.code() != 404 || timing.uncommitted().isExhaustedAfter(failures)) {
                    throw e;
                }
                log.log(
                        failures == NEWS ? Level.INFO : Level.DEBUG,
                        "The gateway does not know the run (yet), asking again for up to {} s",
                        most.toSeconds());
            }
            cancellation.sleep(timing.uncommitted().pauseAfter(failures));
        }
    }

    /** Turns the trouble of one call into a failure. */
    InfrastructureException trouble(IOException e) {
        return trouble(e, isAway(e), outage.lasted());
    }

    /**
     * Turns what retries did not mend into the failure of a run, or into that of the gateway: one that breaks off or
     * fails whatever it is asked is away, though something at its address accepts connections. One that answers
     * something else is there, however it fails: a run that waited for it would wait without end.
     */
    InfrastructureException lasting(IOException e, Cancellation cancellation) {
        return lasting(e, cancellation, outage.lasted());
    }

    /** As {@link #lasting(IOException, Cancellation)}, of trouble that has lasted for a time. */
    InfrastructureException lasting(IOException e, Cancellation cancellation, Duration lasted) {
        boolean away = (isAway(e) || mayPass(e)) && !isServing(cancellation);
        if (!away) {
            outage.end();
        }
        return trouble(e, away, lasted);
    }

    private boolean isServing(Cancellation cancellation) {
        try {
            lifeSign.accept(cancellation);
            return true;
        } catch (BadAnswer e) {
            return !e.mayPass() && !e.isAway();
        } catch (IOException e) {
            return false;
        }
    }

    private InfrastructureException trouble(IOException e, boolean away, Duration lasted) {
        String message = told(e);
        return away
                ? new ServiceAwayException(ServiceAwayException.GATEWAY, message, e, lasted)
                : new InfrastructureException(message, e);
    }

    /** Says what was wrong with one call. */
    String told(IOException e) {
        return "gateway " + reason(e);
    }

    /** As {@link #told}, for a text that has named the gateway. */
    String reason(IOException e) {
        String reason = e instanceof BadAnswer answer
                ? answer.getMessage() + (answer.isLogin() ? LOGIN_ADVICE : "")
                : Reason.of(e);
        return settings.url() + ": " + reason;
    }

    private static boolean mayPass(IOException e) {
        return !(e instanceof BadAnswer answer) || answer.mayPass();
    }

    private static boolean isAway(IOException e) {
        return e instanceof BadAnswer answer && answer.isAway()
                || e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof NoRouteToHostException
                || e instanceof NoHttpResponseException
                || e instanceof InterruptedIOException
                || e instanceof SSLHandshakeException
                || e instanceof SSLPeerUnverifiedException;
    }
}
