package sg.aiverify.worker.pipelines.k8s.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sg.aiverify.worker.pipelines.k8s.mock.ScriptedApiServer;

@Timeout(60)
class RequiredPermissionsTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private ScriptedApiServer allowing(Predicate<String> allowed) {
        return new ScriptedApiServer(request -> {
            JsonObject what = JsonParser.parseString(request.substring(request.indexOf('{')))
                    .getAsJsonObject()
                    .getAsJsonObject("spec")
                    .getAsJsonObject("resourceAttributes");
            String right = what.get("verb").getAsString() + " "
                    + (what.has("group") ? what.get("group").getAsString() : "") + "/"
                    + what.get("resource").getAsString()
                    + (what.has("subresource") ? "/" + what.get("subresource").getAsString() : "");
            asked.add(right);
            return new ScriptedApiServer.Answer(201, """
                    {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
                     "spec": {}, "status": {"allowed": %s}}""".formatted(allowed.test(right)));
        });
    }

    @Test
    void whoMayDoEverythingHearsNothing() {
        try (ScriptedApiServer server = allowing(right -> true)) {
            assertThat(RequiredPermissions.OF_PODS.missing(server.client(), "tests"))
                    .isEmpty();
            assertThat(RequiredPermissions.OF_JOBS.missing(server.client(), "tests"))
                    .isEmpty();
        }
        assertThat(asked)
                .contains("create /pods", "get /pods/exec", "patch batch/jobs", "update coordination.k8s.io/leases");
    }

    @Test
    void missingPermissionsAreReportedByResource() {
        try (ScriptedApiServer server =
                allowing(right -> !right.endsWith("/pods/exec") && !right.equals("watch /pods"))) {
            assertThat(RequiredPermissions.OF_PODS.missing(server.client(), "tests"))
                    .containsExactly(
                            "Kubernetes does not allow the worker to watch pods in the namespace tests; apply"
                                    + " rbac.yaml, which contains the needed permissions",
                            "Kubernetes does not allow the worker to get, create pods/exec in the namespace tests;"
                                    + " apply rbac.yaml, which contains the needed permissions");
        }
    }

    @Test
    void anApiServerThatDoesNotRespondIsReportedAsUnavailable() {
        try (ScriptedApiServer server =
                new ScriptedApiServer(request -> ScriptedApiServer.Answer.refusal(503, "etcd is down"))) {
            assertThat(RequiredPermissions.OF_PODS.missing(server.client(), "tests"))
                    .singleElement()
                    .asString()
                    .startsWith("Kubernetes' API server is unavailable; the worker cannot check its permissions in the"
                            + " namespace tests: ")
                    .contains("etcd is down");
        }
    }
}
