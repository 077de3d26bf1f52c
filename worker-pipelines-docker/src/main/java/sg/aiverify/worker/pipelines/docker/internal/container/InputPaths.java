package sg.aiverify.worker.pipelines.docker.internal.container;

import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.pipelines.docker.internal.engine.TarSource;

/** The paths of a run's inputs in its container. Each input has its own directory, so that names do not collide. */
public final class InputPaths {
    private static final String COPIES = RunVolumes.INPUTS + "/inputs/";
    private static final String MOUNTS = "/inputs/";
    private final SharedDataDirectory shared;
    private final Map<Path, String> paths = new LinkedHashMap<>();
    private final Map<Path, String> copies = new LinkedHashMap<>();
    private final List<Mount> mounts = new ArrayList<>();

    /** Creates the paths. Inputs that the engine can see will be mounted, the others copied. */
    public InputPaths(SharedDataDirectory shared) {
        this.shared = shared;
    }

    /** Returns the path of an input in the container. An input is a file or a directory. */
    public String inContainer(Path file) {
        return paths.computeIfAbsent(file, this::add);
    }

    private String add(Path file) {
        String name = paths.size() + "/" + FileNames.text(file.getFileName());
        Optional<String> seen = shared.pathAtEngine(file);
        if (seen.isEmpty()) {
            copies.put(file, COPIES + name);
            return COPIES + name;
        }
        mounts.add(new Mount()
                .withType(MountType.BIND)
                .withSource(seen.get())
                .withTarget(MOUNTS + name)
                .withReadOnly(true));
        return MOUNTS + name;
    }

    /** Returns the mounts of the inputs that are not copied. */
    public List<Mount> mounts() {
        return mounts;
    }

    /** Adds those inputs to a tar stream that must be copied. */
    public void write(TarSource.Entries entries) throws IOException {
        for (Map.Entry<Path, String> copy : copies.entrySet()) {
            String name = copy.getValue().substring(1);
            entries.directory(name.substring(0, name.lastIndexOf('/')), 0, 0);
            entries.tree(name, copy.getKey());
        }
    }
}
