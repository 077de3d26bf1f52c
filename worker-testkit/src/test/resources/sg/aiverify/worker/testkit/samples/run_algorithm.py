"""Runs one algorithm in the real engine: python run_algorithm.py FOLDER DATA MODEL TYPE TRUTH COLUMN ARGUMENTS.

FOLDER must be the working directory; TRUTH may be empty. Prints {"output": …, "progress": […]} as the last line.
"""

import importlib
import json
import sys
from pathlib import Path

import aiverify_test_engine
from aiverify_test_engine.plugins.enums.model_type import ModelType
from aiverify_test_engine.plugins.enums.plugin_type import PluginType
from aiverify_test_engine.plugins.plugins_manager import PluginManager
from aiverify_test_engine.utils.json_utils import remove_numpy_formats

folder, data_path, model_path, model_type, truth_path, column, arguments = sys.argv[1:]
PluginManager.discover(str(Path(aiverify_test_engine.__file__).parent))
data = PluginManager.get_instance(PluginType.DATA, filename=data_path)[:2]
initial = None, None
if Path(model_path).is_dir():
    model = PluginManager.get_instance(PluginType.PIPELINE, pipeline_path=model_path)[:2]
    steps = model[0].get_pipeline()
    data[0].set_data(steps[:-1].transform(data[0].get_data()))
    model[0].set_pipeline(steps[-1])
else:
    model = PluginManager.get_instance(PluginType.MODEL, filename=model_path)[:2]
truth = PluginManager.get_instance(PluginType.DATA, filename=truth_path)[:2] if truth_path else (None, None)
if truth_path:
    data[0].remove_ground_truth(column)

sys.path.insert(0, folder)
package = next(Path(folder).glob("*/algo.py")).parent.name
progress = []
plugin = importlib.import_module(package + ".algo").Plugin(
    data, model, truth, *initial, **json.loads(arguments), ground_truth=column, model_type=ModelType[model_type],
    progress_callback=progress.append, project_base_path=Path(folder) / package,
)
plugin.generate()
print()
print(json.dumps({"output": remove_numpy_formats(plugin.get_results()), "progress": progress}, default=repr))
