package sg.aiverify.worker.app.logging;

import java.nio.charset.StandardCharsets;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.StringLayout;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;
import sg.aiverify.worker.config.Secrets;

/** Another layout's lines without secrets. */
final class MaskingLayout extends AbstractStringLayout {
    private final Secrets secrets;
    private final StringLayout layout;

    MaskingLayout(Secrets secrets, StringLayout layout) {
        super(StandardCharsets.UTF_8);
        this.secrets = secrets;
        this.layout = layout;
    }

    @Override
    public String toSerializable(LogEvent event) {
        return secrets.masked(layout.toSerializable(event));
    }

    @Override
    public String getContentType() {
        return layout.getContentType();
    }
}
