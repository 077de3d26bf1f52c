package sg.aiverify.worker.pipelines.docker.machine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips a class of tests, with the reason, where something it needs is missing. This comes before all that the class
 * opens, so nothing of it is closed either.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Requires.Check.class)
public @interface Requires {
    Need[] value();

    /** Looks at the annotation. */
    final class Check implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            for (Need need :
                    context.getRequiredTestClass().getAnnotation(Requires.class).value()) {
                need.require();
            }
        }
    }
}
