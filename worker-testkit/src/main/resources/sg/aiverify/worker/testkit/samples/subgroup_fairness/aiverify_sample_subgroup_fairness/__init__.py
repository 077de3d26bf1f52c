"""Fairness: differences between a classifier's predictions for the groups of a sensitive feature."""
