package sg.aiverify.worker.app.http;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncResponseProducer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.DiscardingEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** One request to an endpoint, handled in a thread that may block. The request's body is ignored. */
final class Exchange implements AsyncServerRequestHandler<Message<HttpRequest, Void>> {
    private static final Logger log = LogManager.getLogger(Exchange.class);

    private final OperatorRequest request;
    private final Function<OperatorRequest, OperatorResponse> handler;
    private final Executor threads;

    Exchange(OperatorRequest request, Function<OperatorRequest, OperatorResponse> handler, Executor threads) {
        this.request = request;
        this.handler = handler;
        this.threads = threads;
    }

    @Override
    public AsyncRequestConsumer<Message<HttpRequest, Void>> prepare(
            HttpRequest received, @Nullable EntityDetails body, HttpContext context) {
        return new BasicRequestConsumer<>(body == null ? null : new DiscardingEntityConsumer<>());
    }

    @Override
    public void handle(Message<HttpRequest, Void> received, ResponseTrigger trigger, HttpContext context)
            throws HttpException, IOException {
        try {
            threads.execute(() -> {
                try {
                    trigger.submitResponse(producer(response()), context);
                } catch (HttpException | IOException e) {
                    log.debug("Could not send the response to {}", request.path(), e);
                }
            });
        } catch (RejectedExecutionException e) {
            trigger.submitResponse(
                    producer(OperatorResponse.text(503, "too many requests are waiting for a response")), context);
        }
    }

    private OperatorResponse response() {
        try {
            return handler.apply(request);
        } catch (RuntimeException | Error e) {
            log.error("{} {} failed", request.method(), request.path(), e);
            return OperatorResponse.text(500, "internal error; see the worker's log");
        }
    }

    static AsyncResponseProducer producer(OperatorResponse response) {
        AsyncResponseBuilder builder = AsyncResponseBuilder.create(response.status())
                .setEntity(response.body(), ContentType.parse(response.contentType()))
                .setHeader("Cache-Control", "no-store")
                .setHeader("X-Content-Type-Options", "nosniff");
        response.headers().forEach(builder::setHeader);
        return builder.build();
    }
}
