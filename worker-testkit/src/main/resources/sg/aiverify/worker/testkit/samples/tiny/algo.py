"""A test algorithm; what it does is in generate()."""

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
    """Names this process, up to 15 characters, as /proc/<pid>/comm tells it."""
    ctypes.CDLL(None).prctl(15, ctypes.c_char_p(name.encode()))  # PR_SET_NAME


def leave_process(name, daemon=False):
    """Starts a process that sleeps for 600 s and holds all pipes, in a session of its own if it is a daemon.

    Returns once it has its name.
    """
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if daemon:
                os.setsid()
                if os.fork():
                    os._exit(0)
            take_name(name)
            os.write(tell, b".")
            time.sleep(600)
        finally:
            os._exit(0)
    os.read(told, 1)
    if daemon:
        os.waitpid(child, 0)


class Plugin(IAlgorithm):
    """The arguments tell how long, how much and so on."""

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
