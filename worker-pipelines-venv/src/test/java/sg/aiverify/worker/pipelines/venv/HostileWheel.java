package sg.aiverify.worker.pipelines.venv;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** A package of an index that tries to write to a file outside the sandbox. */
record HostileWheel(Path directory, Path escaped) {
    static final String REQUIREMENT = "hostile-wheel==1.0";

    private static final String WRITE = """
            import json, zipfile
            name = "hostile_wheel-1.0"
            files = {
                name + ".dist-info/METADATA": "Metadata-Version: 2.1\\nName: hostile-wheel\\nVersion: 1.0\\n",
                name + ".dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
                **json.load(open("wheel.json"))}
            files[name + ".dist-info/RECORD"] = "".join(file + ",,\\n" for file in files) + name + ".dist-info/RECORD,,\\n"
            with zipfile.ZipFile(name + "-py3-none-any.whl", "w") as wheel:
                for file, content in files.items():
                    entry = zipfile.ZipInfo(file)
                    entry.external_attr = 0o100755 << 16
                    wheel.writestr(entry, content)
            """;

    /** Sets the variables by which an installer finds the package. */
    void offer(Map<String, String> variables) {
        variables.put("PIP_FIND_LINKS", directory.toUri().toString());
        variables.put("UV_FIND_LINKS", directory.toUri().toString());
    }

    /** Builds the wheel from files; those below {@code DATA} go to the environment, outside its packages. */
    void write(Map<String, String> files) throws IOException, InterruptedException {
        String json = new Gson().toJson(files).replace("DATA/", "hostile_wheel-1.0.data/");
        Files.writeString(directory.resolve("wheel.json"), json);
        EngineInterpreter.run(directory, WRITE);
    }

    /** A line of a start-up file that tries to escape, and records the attempt. */
    String startUpLine() {
        return "import sys; exec(\"sys.tried = True\\ntry: open('" + escaped + "', 'a')\\nexcept OSError: pass\")\n";
    }
}
