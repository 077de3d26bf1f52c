"""Runs an algorithm with the worker's runner, but without aiverify_test_engine, whose import takes most of a short run.

    without_engine.py RUNNER ARGUMENT...

For algorithms that use neither data nor model. The sandbox treats them like all others.
"""

import importlib.util
import sys
import types


class Algorithm:
    """Replaces the engine's IAlgorithm."""


def offer(name, **members):
    """Creates a module and its parent packages."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    vars(sys.modules[name]).update(members)


offer("aiverify_test_engine.interfaces.ialgorithm", IAlgorithm=Algorithm)
offer("aiverify_test_engine.plugins.enums.plugin_type", PluginType=types.SimpleNamespace(ALGORITHM="algorithm"))
offer("aiverify_test_engine.plugins.metadata.plugin_metadata", PluginMetadata=tuple)

path = sys.argv[1]
spec = importlib.util.spec_from_file_location("aiverify_worker_runner", path)
runner = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = runner
spec.loader.exec_module(runner)
nothing = (None, None)
runner.preload = lambda: None
inputs = types.SimpleNamespace(
    data=nothing, model=nothing, ground_truth=nothing, initial_data=None, initial_model=None, as_pipeline=False
)
runner.load_inputs = lambda request, meta, warn: inputs
runner._model_type = str
runner.plain_output = lambda results, directory, given, warn: (results, [])
runner.check_output = lambda output, schema: None
sys.path.pop(0)  # this file's directory; an algorithm does not see the runner's directory either
runner.main(sys.argv[2:])
