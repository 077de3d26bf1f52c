package sg.aiverify.worker.pipelines.docker.machine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips a test class, with the reason, if something that it needs is missing. The class opens nothing in this case, so
 * it closes nothing either.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Requires.Check.class)
public @interface Requires {
    Need[] value();

    /** Checks the annotation. */
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
