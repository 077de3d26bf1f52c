package sg.aiverify.worker.app.http;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;

/**
 * Limits the number of connections. Closes the oldest one when there are too many, so that a probe can always connect.
 */
final class OpenConnections implements IOSessionListener {
    private final int most;
    private final Set<IOSession> open = new LinkedHashSet<>();

    OpenConnections(int most) {
        this.most = most;
    }

    @Override
    public void connected(IOSession session) {
        IOSession oldest = null;
        synchronized (open) {
            open.add(session);
            if (open.size() > most) {
                Iterator<IOSession> inOrder = open.iterator();
                oldest = inOrder.next();
                inOrder.remove();
            }
        }
        if (oldest != null) {
            oldest.close(CloseMode.IMMEDIATE);
        }
    }

    @Override
    public void disconnected(IOSession session) {
        synchronized (open) {
            open.remove(session);
        }
    }

    @Override
    public void startTls(IOSession session) {}

    @Override
    public void inputReady(IOSession session) {}

    @Override
    public void outputReady(IOSession session) {}

    @Override
    public void timeout(IOSession session) {}

    @Override
    public void exception(IOSession session, Exception e) {}
}
