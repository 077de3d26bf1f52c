"""Importance of features: the decrease of a model's score when one feature is shuffled."""
