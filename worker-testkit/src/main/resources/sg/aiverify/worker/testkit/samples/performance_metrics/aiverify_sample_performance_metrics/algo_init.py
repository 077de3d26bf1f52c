"""Intentionally empty: some executors import this module and, without a class AlgoInit, write the result themselves."""
