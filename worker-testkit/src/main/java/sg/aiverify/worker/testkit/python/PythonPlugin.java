package sg.aiverify.worker.testkit.python;

import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.algorithm.AlgorithmLayout;

/** Writes a small algorithm plug-in of the usual layout. Not thread-safe. */
public final class PythonPlugin {
    private final Path directory;
    private final Path source;

    /**
     * Writes a plug-in without requirements whose output is an empty object.
     *
     * @param directory where to; made if it is not there
     */
    public PythonPlugin(Path directory) {
        this.directory = directory;
        this.source = directory.resolve("sample_algorithm");
        file("pyproject.toml", project(List.of()));
        file("sample_algorithm/__init__.py", "");
        file("sample_algorithm/input.schema.json", "{\"type\": \"object\"}");
        file("sample_algorithm/output.schema.json", "{\"type\": \"object\"}");
        file(
                "sample_algorithm/algo.meta.json",
                "{\"gid\": \"sample\", \"cid\": \"sample_algorithm\", \"name\": \"Sample\", \"version\": \"1.0.0\","
                        + " \"modelType\": [\"classification\", \"regression\"]}");
        generating("self._results = {}");
    }

    /**
     * Sets what the algorithm does.
     *
     * @param body statements of {@code generate(self)}; {@code self.arguments} holds the keyword arguments,
     *     {@code self.data}, {@code self.model} and {@code self.truth} what was loaded; {@code self._results} is to be
     *     set to the output
     * @return this
     */
    public PythonPlugin generating(String body) {
        return file("sample_algorithm/algo.py", """
                import json, os, signal, subprocess, sys, time
                from pathlib import Path
                from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm


                class Plugin(IAlgorithm):
                    def __init__(self, data, model, truth, initial_data, initial_model, **arguments):
                        self.data, self.model, self.truth = data[0], model[0], truth[0]
                        self.initial_data, self.initial_model = initial_data, initial_model
                        self.arguments = arguments
                        self.progress = arguments["progress_callback"]
                        self._results = None

                    @staticmethod
                    def get_metadata(): return None

                    @staticmethod
                    def get_plugin_type(): return None

                    def setup(self): pass

                    def get_progress(self): return 0

                    def get_results(self): return self._results

                    def generate(self):
                """ + body.indent(8));
    }

    /**
     * Sets what the plug-in requires.
     *
     * @param requirements as in {@code [project] dependencies}
     * @return this
     */
    public PythonPlugin requiring(String... requirements) {
        return file("pyproject.toml", project(List.of(requirements)));
    }

    /**
     * Writes a file of the plug-in.
     *
     * @param name its path below the plug-in's root
     * @param content its text
     * @return this
     */
    public PythonPlugin file(String name, String content) {
        try {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Gives the directory of its package.
     *
     * @return where algo.py lies
     */
    public Path source() {
        return source;
    }

    /**
     * Reads the plug-in as the worker does.
     *
     * @return the algorithm, its content hash made of its path
     */
    public Algorithm read() {
        return AlgorithmLayout.read(directory, Integer.toHexString(directory.hashCode()));
    }

    private static String project(List<String> requirements) {
        String list = requirements.stream()
                .map(text -> new JsonPrimitive(text).toString())
                .collect(Collectors.joining(", "));
        return "[project]\nname = \"sample-algorithm\"\nversion = \"1.0.0\"\nrequires-python = \">=3.10,<3.13\"\n"
                + "dependencies = [" + list + "]\n";
    }
}
