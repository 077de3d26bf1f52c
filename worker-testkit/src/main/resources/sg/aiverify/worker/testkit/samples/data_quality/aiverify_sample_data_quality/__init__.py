"""Missing values, duplicates, outliers and redundant columns of a dataset."""
