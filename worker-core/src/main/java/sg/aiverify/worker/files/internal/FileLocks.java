package sg.aiverify.worker.files.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.internal.Backoff;

/**
 * Named locks between the threads and processes that use the same directory. Thread-safe. A thread that holds a lock
 * must not acquire it again.
 *
 * <p>A lock is a file that only this class opens, and that is never deleted. POSIX releases a process's lock when the
 * process closes any handle of the file, and the JDK rejects a second lock in the same JVM. Therefore this class keeps
 * one handle for each locked file in the JVM, and counts the holders of its lock.
 */
public final class FileLocks {
    private static final ConcurrentMap<Path, Holders> HELD = new ConcurrentHashMap<>();
    private static final int MAX_NAME_LENGTH = 240;
    private static final Backoff PAUSE = new Backoff(Duration.ofMillis(2), Duration.ofMillis(50));

    private final Path directory;

    /**
     * Creates locks in a directory.
     *
     * @param directory the directory of the lock files, which contains no other files; created if it does not exist
     * @throws InfrastructureException if the directory cannot be created
     */
    public FileLocks(Path directory) {
        try {
            this.directory = Files.createDirectories(directory).toRealPath();
        } catch (IOException e) {
            throw DiskFailure.with("the directory of locks " + directory, e);
        }
    }

    /** A lock that is held until it is closed; further calls do nothing. Any thread can close it. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Acquires a lock exclusively; waits while another holder has the lock.
     *
     * @param name the name of the lock: letters, digits and {@code ._-}
     * @param cancellation the run's cancellation
     * @return the lock
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run is stopped first
     */
    public Held exclusive(String name, Cancellation cancellation) {
        return await(name, false, cancellation);
    }

    /**
     * Acquires a lock shared with others; waits while it is held exclusively.
     *
     * @param name the name of the lock: letters, digits and {@code ._-}
     * @param cancellation the run's cancellation
     * @return the lock
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run is stopped first
     */
    public Held shared(String name, Cancellation cancellation) {
        return await(name, true, cancellation);
    }

    /**
     * Acquires a lock exclusively if it is free.
     *
     * @param name the name of the lock: letters, digits and {@code ._-}
     * @return the lock; empty if it is held
     */
    public Optional<Held> tryExclusive(String name) {
        return tryLock(name, false);
    }

    private Held await(String name, boolean shared, Cancellation cancellation) {
        for (int failures = 1; ; failures++) {
            cancellation.throwIfCancelled();
            Optional<Held> held = tryLock(name, shared);
            if (held.isPresent()) {
                return held.get();
            }
            cancellation.sleep(PAUSE.planned(failures));
        }
    }

    private Optional<Held> tryLock(String name, boolean shared) {
        Path file = directory.resolve(PlainName.check("lock", name, MAX_NAME_LENGTH) + ".lock");
        AtomicBoolean taken = new AtomicBoolean();
        try {
            HELD.compute(file, (path, holders) -> {
                if (holders == null) {
                    Holders first = Holders.open(path, shared);
                    taken.set(first != null);
                    return first;
                }
                if (shared && holders.shared) {
                    holders.count++;
                    taken.set(true);
                }
                return holders;
            });
        } catch (UncheckedIOException e) {
            throw DiskFailure.with("the lock " + file, e.getCause());
        }
        return taken.get() ? Optional.of(new Release(file)) : Optional.empty();
    }

    private static final class Holders {
        private final FileChannel channel;
        private final boolean shared;
        private int count = 1;

        private Holders(FileChannel channel, boolean shared) {
            this.channel = channel;
            this.shared = shared;
        }

        static @Nullable Holders open(Path file, boolean shared) {
            try {
                FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                try {
                    FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
                    if (lock != null) {
                        return new Holders(channel, shared);
                    }
                } catch (IOException | RuntimeException e) {
                    channel.close();
                    throw e;
                }
                channel.close();
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Nullable Holders released() {
            count--;
            if (count > 0) {
                return this;
            }
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return null;
        }
    }

    private static final class Release implements Held {
        private final Path file;
        private final AtomicBoolean released = new AtomicBoolean();

        Release(Path file) {
            this.file = file;
        }

        @Override
        public void close() {
            if (released.compareAndSet(false, true)) {
                HELD.computeIfPresent(file, (path, holders) -> holders.released());
            }
        }
    }
}
