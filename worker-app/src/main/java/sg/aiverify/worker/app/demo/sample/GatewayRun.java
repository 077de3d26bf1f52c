package sg.aiverify.worker.app.demo.sample;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.app.demo.DemoRun;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.RunView;
import sg.aiverify.worker.testkit.gateway.StrictGateway;

/** A run at the demonstration's gateway. */
final class GatewayRun implements DemoRun {
    private final StrictGateway gateway;
    private final String id;
    private final SampleRun sample;
    private final long startNanos = System.nanoTime();
    private volatile @Nullable Duration ended;

    GatewayRun(StrictGateway gateway, String id, SampleRun sample) {
        this.gateway = gateway;
        this.id = id;
        this.sample = sample;
    }

    String id() {
        return id;
    }

    @Override
    public String name() {
        return sample.name();
    }

    @Override
    public String algorithm() {
        return sample.order().cid();
    }

    @Override
    public RunStatus expected() {
        return sample.expected();
    }

    @Override
    public RunStatus status() {
        RunStatus status = gateway.run(id).map(RunView::status).orElse(RunStatus.ABSENT);
        if (status != RunStatus.PENDING && ended == null) {
            ended = sinceStart();
        }
        return status;
    }

    @Override
    public int progress() {
        return gateway.run(id).map(RunView::progress).orElse(0);
    }

    @Override
    public Duration duration() {
        Duration end = ended;
        return end == null ? sinceStart() : end;
    }

    @Override
    public String summary() {
        Optional<RunView> run = gateway.run(id);
        if (run.isEmpty()) {
            return "";
        }
        var result = run.get().result();
        if (result != null) {
            return figure(sample.figure(), result.output().getAsJsonObject());
        }
        String error = run.get().errorMessage();
        return error == null ? "" : error;
    }

    private static String figure(Function<JsonObject, String> figure, JsonObject output) {
        try {
            return figure.apply(output);
        } catch (IllegalStateException | NullPointerException | IndexOutOfBoundsException e) {
            return "an unexpected output: " + output;
        }
    }

    private Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
