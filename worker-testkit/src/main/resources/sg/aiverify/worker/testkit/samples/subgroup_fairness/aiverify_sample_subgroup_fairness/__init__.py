"""How differently a classifier treats the groups of a sensitive feature."""
