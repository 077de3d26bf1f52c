"""Quality of a model's predictions, measured against the ground truth."""
