package sg.aiverify.worker.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Secrets;
import sg.aiverify.worker.engine.RunExecutor.UntoldException;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.Quantity;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.report.EndedRun;
import sg.aiverify.worker.report.RunEnd;
import sg.aiverify.worker.report.RunListeners;
import sg.aiverify.worker.report.TestRunReporter;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;

/** Runs what the queue has delivered, tells its verdict, and decides what the queue is to be told. Thread-safe. */
final class DeliveredRuns {
    private static final Pattern STREAM_ID = Pattern.compile("(\\d{12,14})-\\d+");
    private static final Logger log = LogManager.getLogger(DeliveredRuns.class);
    private static final Backoff RUN_RETRY = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5));

    private final RunExecutor<?> executor;
    private final EngineSettings settings;
    private final TestRunReporter reporter;
    private final RunListeners listeners;
    private final DiskSpace disk;
    private final Secrets secrets;
    private final LeaseKeeper leases;
    private final Settler settler;
    private final Slots slots;

    DeliveredRuns(
            RunExecutor<?> executor,
            EngineSettings settings,
            TestRunReporter reporter,
            RunListeners listeners,
            DiskSpace disk,
            Secrets secrets,
            LeaseKeeper leases,
            Settler settler,
            Slots slots) {
        this.executor = executor;
        this.settings = settings;
        this.reporter = reporter;
        this.listeners = listeners;
        this.disk = disk;
        this.secrets = secrets;
        this.leases = leases;
        this.settler = settler;
        this.slots = slots;
    }

    /** How a delivery ended, and what the queue is to be told of it. */
    private record End(
            RunEnd how, Settlement settlement, @Nullable Failure failure) {
        End(RunEnd how, Settlement settlement) {
            this(how, settlement, null);
        }
    }

    /** Runs a delivery in this thread, in a slot that was taken for it, to its end. */
    void run(Delivery delivery, Flight flight) {
        String run = delivery.id();
        CloseableThreadContext.Instance context = RunLog.of(run);
        End end = new End(RunEnd.RETRIED, new Settlement.RetryLater(retry(delivery)));
        Slots.Place place = slots.place();
        long start = System.nanoTime();
        flight.takeOff();
        try {
            run = RunLog.runId(delivery).orElse(run);
            context.close();
            context = RunLog.of(run);
            listeners.received(run, delivery.attempt());
            end = decide(delivery, flight, place);
        } catch (RunCancelledException | InterruptedException e) {
            log.debug("It was stopped", e);
            end = afterStop(delivery, flight);
        } catch (StageException e) {
            log.warn("Its end could not be reported, another attempt follows: {}", e.getMessage());
        } catch (RuntimeException | Error e) {
            log.error("It ended unexpectedly, another attempt follows", e);
        } finally {
            flight.land();
            place.leave();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            boolean deadLetter = switch (end.settlement.kind()) {
                case GIVE_UP -> true;
                case COMPLETE, HAND_BACK, RETRY_LATER, DROP -> false;
            };
            listeners.ended(new EndedRun(run, delivery.attempt(), end.how, end.failure, deadLetter, took));
            settler.settle(end.settlement);
            context.close();
        }
    }

    private End decide(Delivery delivery, Flight flight, Slots.Place place) throws InterruptedException {
        Task task;
        try {
            task = task(delivery);
        } catch (TaskFailedException e) {
            Failure failure = new Failure(FailureKind.TASK, "task", e.getMessage());
            return poison(delivery, flight, place, failure.masked(secrets::masked));
        }
        if (delivery.attempt() > settings.maxAttempts()) {
            return failForGood(
                    delivery,
                    task,
                    flight,
                    place,
                    new Failure(
                            FailureKind.INFRASTRUCTURE,
                            "task",
                            "given up after " + Quantity.of(delivery.attempt() - 1, "attempt")
                                    + " that did not come to an end; delivery " + delivery.attempt()
                                    + " was not run"));
        }
        LeaseCheck lease = leases.check(delivery, task.id(), flight);
        log.info(
                "Taken: {}/{}, attempt {} of {}{}",
                task.gid(),
                task.cid(),
                delivery.attempt(),
                settings.maxAttempts(),
                age(delivery));
        Outcome outcome = executor.execute(task, delivery.attempt(), flight, lease);
        return switch (outcome.kind()) {
            case SUCCEEDED -> {
                log.info("Succeeded after {}", flight.took());
                reporter.succeeded(task);
                yield new End(RunEnd.SUCCEEDED, new Settlement.Complete(delivery));
            }
            case FAILED -> failed(delivery, task, flight, place, ((Outcome.Failed) outcome).failure());
            case NOT_WANTED -> {
                log.info(
                        "{} after {}: {}",
                        notWanted(flight) == RunEnd.CANCELLED ? "Cancelled" : "Skipped",
                        flight.took(),
                        ((Outcome.NotWanted) outcome).reason());
                reporter.cancelled(task);
                yield new End(notWanted(flight), new Settlement.Complete(delivery));
            }
            case STOPPED -> afterStop(delivery, flight);
        };
    }

    private static Task task(Delivery delivery) {
        if (delivery.flaw() != null) {
            throw new TaskFailedException(delivery.flaw());
        }
        return TaskParser.parse(delivery.payload());
    }

    private End failed(Delivery delivery, Task task, Flight flight, Slots.Place place, Failure failure)
            throws InterruptedException {
        if (disk.isFull()) { // what the run itself took of it is free again
            log.warn(
                    "Handed back after {}, without an attempt spent, since it failed while the disk is full: {}",
                    flight.took(),
                    failure.text());
            return new End(RunEnd.HANDED_BACK, new Settlement.HandBack(delivery), failure);
        }
        if (mayPass(failure) && delivery.attempt() < settings.maxAttempts()) {
            Retry retry = retry(delivery);
            log.warn(
                    "Attempt {} of {} failed after {}, the next follows in {}: {}",
                    delivery.attempt(),
                    settings.maxAttempts(),
                    flight.took(),
                    Flight.seconds(retry.delay()),
                    failure.text());
            return new End(RunEnd.RETRIED, new Settlement.RetryLater(retry), failure);
        }
        return failForGood(delivery, task, flight, place, failure);
    }

    private End failForGood(Delivery delivery, Task task, Flight flight, Slots.Place place, Failure failure)
            throws InterruptedException {
        log.warn("Failed after {}: {}", flight.took(), failure.text());
        try {
            if (!executor.tellError(
                    task.id(), failure, flight, leases.check(delivery, task.id(), flight), place::leaveSlot)) {
                log.info("Its error is not reported: the run has ended meanwhile, or is unknown at the gateway");
                reporter.cancelled(task);
                return new End(RunEnd.NOT_WANTED, new Settlement.Complete(delivery), failure);
            }
        } catch (RunCancelledException | InterruptedException e) {
            if (flight.phase().reason().equals(Optional.of(CancelReason.CANCELLED))) {
                reporter.cancelled(task);
            }
            throw e;
        } catch (UntoldException e) {
            reporter.unreported(task, failure, trouble(e, secrets));
            return untold(delivery, failure, e, task.id());
        }
        reporter.failed(task, failure);
        return mayPass(failure)
                ? new End(RunEnd.GIVEN_UP, giveUp(delivery, failure, failure.text(), task.id()), failure)
                : new End(ended(failure), new Settlement.Complete(delivery), failure);
    }

    /** Tells how a run ended whose failure was told. */
    static RunEnd ended(Failure failure) {
        return switch (failure.kind()) {
            case TIMED_OUT -> RunEnd.TIMED_OUT;
            case TASK, INFRASTRUCTURE, CANCELLED -> RunEnd.FAILED;
        };
    }

    private static boolean mayPass(Failure failure) {
        return switch (failure.kind()) {
            case INFRASTRUCTURE -> true;
            case TASK, CANCELLED, TIMED_OUT -> false;
        };
    }

    /** Says why an error could not be reported, without secrets. */
    static String trouble(UntoldException e, Secrets secrets) {
        return secrets.masked(FailureText.printable(String.valueOf(e.getMessage())));
    }

    /** Tells how a run ended that is not wanted any more. */
    static RunEnd notWanted(Flight flight) {
        return flight.phase().reason().isPresent() ? RunEnd.CANCELLED : RunEnd.NOT_WANTED;
    }

    // The entry is kept among the dead letters: only its writer can tell what it was meant to be.
    private End poison(Delivery delivery, Flight flight, Slots.Place place, Failure failure)
            throws InterruptedException {
        log.warn("{}{}", failure.message().startsWith("The task is") ? "" : "Not a valid task: ", failure.message());
        String runId = RunLog.runId(delivery).orElse(null);
        // A broken copy of a task must not touch a run that is over.
        if (runId != null && !executor.demand(runId, flight).isNotWanted()) {
            try {
                executor.tellError(runId, failure, flight, leases.check(delivery, runId, flight), place::leaveSlot);
            } catch (UntoldException e) {
                return untold(delivery, failure, e, runId);
            }
        }
        return new End(RunEnd.INVALID, giveUp(delivery, failure, failure.text(), runId), failure);
    }

    // What could not be told must not be computed again: it is kept where the operator looks.
    private End untold(Delivery delivery, Failure failure, UntoldException e, String runId) {
        String reason = failure.text() + "\n" + trouble(e, secrets);
        return new End(RunEnd.UNTOLD, giveUp(delivery, failure, reason, runId), failure);
    }

    private static Settlement giveUp(Delivery delivery, Failure failure, String reason, @Nullable String runId) {
        log.warn("Dead letter: the task is kept with the kind {} and the entry {}", failure.kind(), delivery.id());
        return new Settlement.GiveUp(new DeadLetter(delivery, failure.kind(), reason, runId));
    }

    private static End afterStop(Delivery delivery, Flight flight) {
        Optional<CancelReason> reason = flight.phase().reason();
        log.info(
                "{} after {}",
                reason.map(DeliveredRuns::inWords).orElse("Stopped by its module, and tried again later,"),
                flight.took());
        if (reason.isEmpty()) { // A module says so, but nobody stopped it: handed back, it would come again at once.
            return new End(RunEnd.RETRIED, new Settlement.RetryLater(retry(delivery)));
        }
        return switch (reason.get()) {
            case CANCELLED -> new End(RunEnd.CANCELLED, new Settlement.Complete(delivery));
            case LEASE_LOST -> new End(RunEnd.LEASE_LOST, new Settlement.Drop(delivery));
            case SHUTDOWN, TIMED_OUT -> new End(RunEnd.HANDED_BACK, new Settlement.HandBack(delivery));
        };
    }

    private static String inWords(CancelReason reason) {
        return switch (reason) {
            case CANCELLED -> "Cancelled";
            case LEASE_LOST -> "Stopped, since another worker may have it,";
            case SHUTDOWN, TIMED_OUT -> "Handed back, without an attempt spent,";
        };
    }

    /** Says how long the task has waited, where the queue's ids tell: those of a stream begin with the time. */
    private static String age(Delivery delivery) {
        Matcher id = STREAM_ID.matcher(delivery.id());
        if (!id.matches()) {
            return "";
        }
        long waited = Math.max(0, System.currentTimeMillis() - Long.parseLong(id.group(1)));
        return ", queued " + Flight.seconds(Duration.ofMillis(waited)) + " ago";
    }

    private static Retry retry(Delivery delivery) {
        return new Retry(delivery, RUN_RETRY.delay(delivery.attempt()));
    }
}
