"""A test algorithm; generate() contains its code."""

import ctypes
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm
from aiverify_test_engine.plugins.enums.plugin_type import PluginType
from aiverify_test_engine.plugins.metadata.plugin_metadata import PluginMetadata

OUTPUT = Path.cwd() / "output"


def take_name(name):
    """Sets the name of this process in /proc/<pid>/comm, at most 15 characters."""
    ctypes.CDLL(None).prctl(15, ctypes.c_char_p(name.encode()))  # PR_SET_NAME


def leave_process(name, daemon=False):
    """Starts a process that sleeps for 600 s and keeps all pipes open, in a new session if it is a daemon.

    Returns when the process has its name.
    """
    ready, signal_ready = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if daemon:
                os.setsid()
                if os.fork():
                    os._exit(0)
            take_name(name)
            os.write(signal_ready, b".")
            time.sleep(600)
        finally:
            os._exit(0)
    os.read(ready, 1)
    if daemon:
        os.waitpid(child, 0)


class Plugin(IAlgorithm):
    """An algorithm whose arguments set durations, sizes and other values."""

    @staticmethod
    def get_metadata():
        return PluginMetadata("@CID@", "@CID@", "1.0.0")

    @staticmethod
    def get_plugin_type():
        return PluginType.ALGORITHM

    def __init__(self, data, model, truth=(None, None), initial_data=None, initial_model=None, **kwargs):
        self.data, self.model, self.truth = data[0], model[0], truth[0]
        self.initial_data, self.initial_model = initial_data, initial_model
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
