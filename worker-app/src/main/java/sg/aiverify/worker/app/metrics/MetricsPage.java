package sg.aiverify.worker.app.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import sg.aiverify.worker.app.http.Endpoint;
import sg.aiverify.worker.app.http.OperatorRequest;
import sg.aiverify.worker.app.http.OperatorResponse;

/** The page with all metrics: in Prometheus' text format, or in OpenMetrics for clients that accept it. */
public final class MetricsPage {
    private final PrometheusRegistry registry;
    private final ExpositionFormats formats = ExpositionFormats.init();

    private MetricsPage(PrometheusRegistry registry) {
        this.registry = registry;
    }

    /**
     * Creates the endpoint.
     *
     * @param registry the registry of the metrics
     * @return the endpoint {@code /metrics}
     */
    public static Endpoint of(PrometheusRegistry registry) {
        return new Endpoint(
                "GET", "/metrics", "the worker's metrics, for Prometheus", false, new MetricsPage(registry)::show);
    }

    private OperatorResponse show(OperatorRequest request) {
        ExpositionFormatWriter writer =
                formats.findWriter(request.header("Accept").orElse(""));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            writer.write(body, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new OperatorResponse(200, writer.getContentType(), Map.of(), body.toByteArray());
    }
}
