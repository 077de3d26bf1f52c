package sg.aiverify.worker.app.http;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds who answers a request, and refuses what nobody answers. Immutable. */
final class Routes {
    private static final String GET = "GET";
    private static final String HEAD = "HEAD";

    private final List<Endpoint> endpoints;
    private final @Nullable AccessToken token;

    /** Creates the routes; with a token, all but the open endpoints ask for it. */
    Routes(List<Endpoint> endpoints, @Nullable AccessToken token) {
        this.endpoints = List.copyOf(endpoints);
        this.token = token;
    }

    /**
     * Finds who answers a request.
     *
     * @param answered gets the endpoint that does
     * @param refused gets what is said where none does
     * @return what that function returns
     */
    <T> T find(OperatorRequest request, Function<Endpoint, T> answered, Function<OperatorResponse, T> refused) {
        List<Endpoint> there = endpoints.stream()
                .filter(endpoint -> endpoint.path().equals(request.path()))
                .toList();
        boolean open = !there.isEmpty() && there.stream().allMatch(Endpoint::open);
        if (token != null && !open && !token.isIn(request.header("Authorization"))) {
            return refused.apply(OperatorResponse.text(401, "a bearer token is needed")
                    .with("WWW-Authenticate", "Bearer realm=\"aiverify-worker\""));
        }
        if (there.isEmpty()) {
            return refused.apply(
                    OperatorResponse.text(404, "there is no " + shown(request.path()) + " here, but:\n" + list()));
        }
        for (Endpoint endpoint : there) {
            if (methods(endpoint).anyMatch(request.method()::equals)) {
                return answered.apply(endpoint);
            }
        }
        String allowed = there.stream().flatMap(Routes::methods).distinct().collect(Collectors.joining(", "));
        return refused.apply(
                OperatorResponse.text(405, "allowed here: " + allowed).with("Allow", allowed));
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
