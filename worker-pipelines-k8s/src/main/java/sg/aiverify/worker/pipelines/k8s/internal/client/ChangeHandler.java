package sg.aiverify.worker.pipelines.k8s.internal.client;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Passes on the changes that an informer reports. An informer lists all resources again whenever its watch breaks. So a
 * change may be reported late, but is never lost.
 *
 * @param filter checks whether a resource is followed; another resource of the same name may replace it
 * @param change receives the resource, and whether it was deleted
 */
public record ChangeHandler<T>(Predicate<T> filter, BiConsumer<T, Boolean> change) implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T resource) {
        report(resource, false);
    }

    @Override
    public void onUpdate(T before, T resource) {
        if (filter.test(resource)) {
            change.accept(resource, false);
        } else {
            report(before, true); // replaced by another resource of the same name
        }
    }

    @Override
    public void onDelete(T resource, boolean isUnknown) {
        report(resource, true);
    }

    private void report(T resource, boolean isDeleted) {
        if (filter.test(resource)) {
            change.accept(resource, isDeleted);
        }
    }
}
