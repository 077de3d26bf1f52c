"""A test algorithm; what it does is in generate()."""

import ctypes
import math
import os
import signal
import sys
import time
from pathlib import Path

from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm
from aiverify_test_engine.plugins.enums.plugin_type import PluginType
from aiverify_test_engine.plugins.metadata.plugin_metadata import PluginMetadata

OUTPUT = Path.cwd() / "output"


class Plugin(IAlgorithm):
    """Ignores data and model; the arguments tell how long, how much and so on."""

    @staticmethod
    def get_metadata():
        return PluginMetadata("@CID@", "@CID@", "1.0.0")

    @staticmethod
    def get_plugin_type():
        return PluginType.ALGORITHM

    def __init__(self, data, model, truth=None, initial_data=None, initial_model=None, **kwargs):
        self.arguments = kwargs
        self.progress = kwargs.get("progress_callback") or (lambda percent: None)
        self.results = {"message": "@CID@"}

    def setup(self):
        pass

    def get_progress(self):
        return 0

    def get_results(self):
        return self.results

    def generate(self):
        # @BODY@
