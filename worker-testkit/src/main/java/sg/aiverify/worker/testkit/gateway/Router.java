package sg.aiverify.worker.testkit.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the handler of a request. Responds to unknown paths, wrong methods and missing slashes as FastAPI does. */
final class Router {
    private record Route(String method, Pattern path, BiFunction<GatewayRequest, Matcher, GatewayResponse> handler) {}

    private final List<Route> routes = new ArrayList<>();

    /** Adds a route; {@code {}} in the path stands for one segment, {@code {**}} for the rest. */
    void add(String method, String path, BiFunction<GatewayRequest, Matcher, GatewayResponse> handler) {
        String pattern = path.replace("{**}", "(.+)").replace("{}", "([^/]+)");
        routes.add(new Route(method, Pattern.compile(pattern), handler));
    }

    GatewayResponse handle(GatewayRequest request) {
        boolean known = false;
        for (Route route : routes) {
            Matcher matcher = route.path.matcher(request.path());
            if (matcher.matches()) {
                if (route.method.equals(request.method())) {
                    return route.handler.apply(request, matcher);
                }
                known = true;
            }
        }
        if (known) {
            return GatewayResponse.detail(405, "Method Not Allowed");
        }
        String other = request.path().endsWith("/")
                ? request.path().substring(0, request.path().length() - 1)
                : request.path() + "/";
        if (routes.stream().anyMatch(route -> route.path.matcher(other).matches())) {
            String host = request.headers().getOrDefault("host", "127.0.0.1");
            return new GatewayResponse(307, Map.of("Location", "http://" + host + other), new byte[0]);
        }
        return GatewayResponse.detail(404, "Not Found");
    }
}
