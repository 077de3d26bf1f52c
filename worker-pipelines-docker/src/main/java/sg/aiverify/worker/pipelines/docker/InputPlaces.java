package sg.aiverify.worker.pipelines.docker;

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

/** Where the inputs of one run lie in its container: each in a directory of its own, so that equal names are apart. */
final class InputPlaces {
    private static final String COPIES = RunVolumes.INPUTS + "/inputs/";
    private static final String MOUNTS = "/inputs/";
    private final SharedData shared;
    private final Map<Path, String> places = new LinkedHashMap<>();
    private final Map<Path, String> copies = new LinkedHashMap<>();
    private final List<Mount> mounts = new ArrayList<>();

    /** Copies what the engine does not see by itself. */
    InputPlaces(SharedData shared) {
        this.shared = shared;
    }

    String of(Path file) {
        return places.computeIfAbsent(file, this::add);
    }

    private String add(Path file) {
        String name = places.size() + "/" + FileNames.text(file.getFileName());
        Optional<String> seen = shared.path(file);
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

    List<Mount> mounts() {
        return mounts;
    }

    void write(TarSource.Entries entries) throws IOException {
        for (Map.Entry<Path, String> copy : copies.entrySet()) {
            String name = copy.getValue().substring(1);
            entries.directory(name.substring(0, name.lastIndexOf('/')), 0, 0);
            entries.tree(name, copy.getKey());
        }
    }
}
