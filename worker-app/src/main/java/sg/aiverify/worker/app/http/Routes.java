package sg.aiverify.worker.app.http;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the endpoint of a request, and refuses requests without one. Immutable. */
final class Routes {
    private static final String GET = "GET";
    private static final String HEAD = "HEAD";

    private final List<Endpoint> endpoints;
    private final @Nullable AccessToken token;

    /** Creates the routes. If a token is set, all endpoints except the open ones require the token. */
    Routes(List<Endpoint> endpoints, @Nullable AccessToken token) {
        this.endpoints = List.copyOf(endpoints);
        this.token = token;
    }

    /**
     * Finds the endpoint of a request.
     *
     * @param found receives the endpoint
     * @param refused receives the error response if there is no endpoint for the request, or if the token is missing or
     *     wrong
     * @return the result of the function that was called
     */
    <T> T find(OperatorRequest request, Function<Endpoint, T> found, Function<OperatorResponse, T> refused) {
        List<Endpoint> matching = endpoints.stream()
                .filter(endpoint -> endpoint.path().equals(request.path()))
                .toList();
        boolean open = !matching.isEmpty() && matching.stream().allMatch(Endpoint::open);
        if (token != null && !open && !token.isIn(request.header("Authorization"))) {
            return refused.apply(OperatorResponse.text(401, "a bearer token is required")
                    .with("WWW-Authenticate", "Bearer realm=\"aiverify-worker\""));
        }
        if (matching.isEmpty()) {
            return refused.apply(
                    OperatorResponse.text(404, shown(request.path()) + " does not exist; available:\n" + list()));
        }
        for (Endpoint endpoint : matching) {
            if (methods(endpoint).anyMatch(request.method()::equals)) {
                return found.apply(endpoint);
            }
        }
        String allowed = matching.stream().flatMap(Routes::methods).distinct().collect(Collectors.joining(", "));
        return refused.apply(
                OperatorResponse.text(405, "allowed methods: " + allowed).with("Allow", allowed));
    }

    private String list() {
        return endpoints.stream()
                .map(endpoint -> endpoint.method() + " " + endpoint.path() + "  " + endpoint.meaning())
                .collect(Collectors.joining("\n"));
    }

    private static Stream<String> methods(Endpoint endpoint) {
        return endpoint.method().equals(GET) ? Stream.of(GET, HEAD) : Stream.of(endpoint.method());
    }

    private static String shown(String path) {
        String printable = path.replaceAll("[^\\x21-\\x7e]", "?");
        return printable.length() > 100 ? printable.substring(0, 100) + "..." : printable;
    }
}
