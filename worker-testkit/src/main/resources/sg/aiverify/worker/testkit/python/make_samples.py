"""Writes data.sav, model.sav and pipeline.sav into the current directory: 60 rows, columns age, income and label."""

import pickle

import pandas
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

rows = [(20 + i % 40, 1000 + 37 * i % 900, int(i % 40 + (37 * i % 900) / 30 > 35)) for i in range(60)]
table = pandas.DataFrame(rows, columns=["age", "income", "label"])
features = table[["age", "income"]]
samples = {
    "data": table,
    "model": LogisticRegression(max_iter=1000).fit(features, table["label"]),
    "pipeline": Pipeline([("scale", StandardScaler()), ("classify", LogisticRegression())]).fit(
        features, table["label"]
    ),
}
for name, sample in samples.items():
    with open(name + ".sav", "wb") as file:
        pickle.dump(sample, file)
