"""Empty on purpose: some executors import this module; without a class AlgoInit they write the result themselves."""
