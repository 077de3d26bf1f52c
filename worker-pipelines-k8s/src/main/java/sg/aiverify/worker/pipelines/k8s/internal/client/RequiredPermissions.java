package sg.aiverify.worker.pipelines.k8s.internal.client;

import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;

/** The permissions that a worker needs in the namespace of its runs; {@code rbac.yaml} grants them. */
public enum RequiredPermissions {
    /** For kubectl_run. */
    OF_PODS(
            "pods: create get list watch delete",
            "pods/exec: get create",
            "leases.coordination.k8s.io: create get list update delete"),
    /** For kubectl_run2. */
    OF_JOBS(
            "pods: get list watch delete",
            "jobs.batch: create get list watch patch delete",
            "leases.coordination.k8s.io: create get list update delete");

    private final List<String> needed;

    RequiredPermissions(String... needed) {
        this.needed = List.of(needed);
    }

    /**
     * Queries the API server for missing permissions.
     *
     * @return a sentence for each kind of object that lacks permissions; if a query failed, also one with the reason
     */
    public List<String> missing(KubernetesClient client, String namespace) {
        List<String> problems = new ArrayList<>();
        try {
            for (String line : needed) {
                String resource = line.substring(0, line.indexOf(':'));
                List<String> refused = List.of(
                                line.substring(line.indexOf(':') + 2).split(" "))
                        .stream()
                        .filter(verb -> !isAllowed(client, attributes(namespace, resource, verb)))
                        .toList();
                if (!refused.isEmpty()) {
                    problems.add("Kubernetes does not allow the worker to " + String.join(", ", refused) + " "
                            + resource + " in the namespace " + namespace
                            + "; apply rbac.yaml, which contains the needed permissions");
                }
            }
        } catch (KubernetesClientException e) {
            problems.add(String.valueOf(ApiFailure.of("check its permissions in the namespace " + namespace, e)
                    .getMessage()));
        }
        return problems;
    }

    private static boolean isAllowed(KubernetesClient client, ResourceAttributes attributes) {
        SelfSubjectAccessReview response = client.authorization()
                .v1()
                .selfSubjectAccessReview()
                .create(new SelfSubjectAccessReviewBuilder()
                        .withNewSpec()
                        .withResourceAttributes(attributes)
                        .endSpec()
                        .build());
        return response.getStatus() != null
                && Boolean.TRUE.equals(response.getStatus().getAllowed());
    }

    private static ResourceAttributes attributes(String namespace, String name, String verb) {
        int dot = name.indexOf('.');
        String path = dot < 0 ? name : name.substring(0, dot);
        int slash = path.indexOf('/');
        return new ResourceAttributesBuilder()
                .withNamespace(namespace)
                .withVerb(verb)
                .withGroup(dot < 0 ? "" : name.substring(dot + 1))
                .withResource(slash < 0 ? path : path.substring(0, slash))
                .withSubresource(slash < 0 ? null : path.substring(slash + 1))
                .build();
    }
}
