"""Trains small models on datasets that scikit-learn includes, and writes them with their test data.

Usage: python make_sample_data.py DIRECTORY

All random numbers are seeded. The files of a completed earlier run are kept. manifest.json lists the files. It is
written last, so that a directory that contains it is complete.
"""

import json
import os
import pickle
import sys
from pathlib import Path

VERSION = 1
SEED = 7


def main(directory):
    """Creates a directory and writes all files to it; returns the manifest."""
    directory = Path(directory)
    manifest_path = directory / "manifest.json"
    if manifest_path.exists():
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        if manifest.get("version") == VERSION:
            return manifest
    directory.mkdir(parents=True, exist_ok=True)
    manifest = {
        "version": VERSION,
        "cases": [
            breast_cancer(directory),
            breast_cancer_pipeline(directory),
            wine(directory),
            diabetes(directory),
            diabetes_risk(directory),
        ],
        "messy": messy(directory),
        "group_labels": group_labels(directory),
    }
    save_text(manifest_path, json.dumps(manifest, indent=2))
    return manifest


def case(name, model_type, model, dataset, truth_dataset, truth):
    """Returns the manifest's entry of a model with matching data."""
    return {
        "name": name,
        "model_type": model_type,
        "model": model,
        "dataset": dataset,
        "ground_truth_dataset": truth_dataset,
        "ground_truth": truth,
    }


def split(frame, target):
    """Splits a frame into (training, test), with a third of the rows for tests; both have all columns."""
    from sklearn.model_selection import train_test_split

    labels = frame[target]
    classes = labels if labels.nunique() <= 10 else None
    return train_test_split(frame, test_size=1 / 3, random_state=SEED, stratify=classes)


def load(loader, target, **options):
    """Loads one of scikit-learn's datasets as a frame with simple column names."""
    frame = loader(as_frame=True, **options).frame.rename(columns={"target": target})
    return frame.rename(columns=lambda name: name.replace(" ", "_").replace("/", "_per_"))


def breast_cancer(directory):
    """Writes a case with two classes: a random forest (joblib), and test data with the ground truth in it.

    The model is compressed, since the engine tries pickle first, which reads an uncompressed joblib file as an array.
    """
    import joblib
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier

    train, test = split(load(load_breast_cancer, "benign"), "benign")
    model = RandomForestClassifier(n_estimators=40, random_state=SEED)
    model.fit(train.drop(columns="benign"), train["benign"])
    save(directory / "breast_cancer_forest.sav", lambda file: joblib.dump(model, file, compress=3))
    save_pickle(directory / "breast_cancer_test.sav", test.reset_index(drop=True))
    return case(
        "breast_cancer", "classification", "breast_cancer_forest.sav", "breast_cancer_test.sav",
        "breast_cancer_test.sav", "benign",
    )


def breast_cancer_pipeline(directory):
    """Writes a case with the same data, a scikit-learn pipeline in a folder, and a separate ground truth dataset.

    The scaler returns frames and selects its columns by name, since the engine accepts only frames. The engine
    transforms the data with all steps except the last.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    train, test = split(load(load_breast_cancer, "benign"), "benign")
    features = train.drop(columns="benign")
    scaler = ColumnTransformer(
        [("scale", StandardScaler(), list(features.columns))], verbose_feature_names_out=False
    ).set_output(transform="pandas")
    model = Pipeline([("scaler", scaler), ("classifier", LogisticRegression(max_iter=1000))])
    model.fit(features, train["benign"])
    folder = directory / "breast_cancer_pipeline"
    folder.mkdir(exist_ok=True)
    save_pickle(folder / "pipeline.sav", model)
    test = test.reset_index(drop=True)
    save_pickle(directory / "breast_cancer_features.sav", test.drop(columns="benign"))
    save_pickle(directory / "breast_cancer_truth.sav", test[["benign"]])
    return case(
        "breast_cancer_pipeline", "classification", "breast_cancer_pipeline", "breast_cancer_features.sav",
        "breast_cancer_truth.sav", "benign",
    )


def wine(directory):
    """Writes a case with three classes: a logistic regression, and test data as CSV."""
    from sklearn.datasets import load_wine
    from sklearn.linear_model import LogisticRegression

    train, test = split(load(load_wine, "cultivar"), "cultivar")
    model = LogisticRegression(solver="newton-cholesky")
    model.fit(train.drop(columns="cultivar"), train["cultivar"])
    save_pickle(directory / "wine_logistic.sav", model)
    save_text(directory / "wine_test.csv", test.to_csv(index=False))
    return case("wine", "classification", "wine_logistic.sav", "wine_test.csv", "wine_test.csv", "cultivar")


def diabetes(directory):
    """Writes a case with a regression: the progression of the disease within a year."""
    from sklearn.datasets import load_diabetes
    from sklearn.ensemble import GradientBoostingRegressor

    train, test = split(load(load_diabetes, "progression", scaled=False), "progression")
    model = GradientBoostingRegressor(n_estimators=60, max_depth=2, random_state=SEED)
    model.fit(train.drop(columns="progression"), train["progression"])
    save_pickle(directory / "diabetes_boosting.sav", model)
    save_pickle(directory / "diabetes_test.sav", test.reset_index(drop=True))
    return case(
        "diabetes", "regression", "diabetes_boosting.sav", "diabetes_test.sav", "diabetes_test.sav", "progression"
    )


def diabetes_risk(directory):
    """Writes a case with two classes and a sensitive feature: high progression of the disease, and sex 1 or 2."""
    from sklearn.datasets import load_diabetes
    from sklearn.ensemble import GradientBoostingClassifier

    frame = load(load_diabetes, "progression", scaled=False)
    frame["high_risk"] = (frame["progression"] > frame["progression"].median()).astype(int)
    train, test = split(frame.drop(columns="progression"), "high_risk")
    model = GradientBoostingClassifier(n_estimators=60, max_depth=2, random_state=SEED)
    model.fit(train.drop(columns="high_risk"), train["high_risk"])
    save_pickle(directory / "diabetes_risk_boosting.sav", model)
    save_pickle(directory / "diabetes_risk_test.sav", test.reset_index(drop=True))
    return case(
        "diabetes_risk", "classification", "diabetes_risk_boosting.sav", "diabetes_risk_test.sav",
        "diabetes_risk_test.sav", "high_risk",
    )


def messy(directory):
    """Writes diabetes features with 11 missing values, 5 duplicate rows, a constant and a redundant column."""
    import numpy as np
    import pandas as pd
    from sklearn.datasets import load_diabetes

    frame = load(load_diabetes, "progression", scaled=False).drop(columns="progression").head(100).copy()
    frame["country"] = "SG"
    frame["bmi_times_two"] = frame["bmi"] * 2
    frame.loc[frame.index[:11], "s5"] = np.nan
    frame = pd.concat([frame, frame.tail(5)], ignore_index=True)
    save_pickle(directory / "diabetes_messy.sav", frame)
    return "diabetes_messy.sav"


def group_labels(directory):
    """Writes names for the groups of diabetes_risk; the source does not define which sex is 1."""
    save_text(directory / "sex_labels.csv", "value,label\n1,first sex\n2,second sex\n")
    return "sex_labels.csv"


def save(path, write):
    """Calls a function that writes to a temporary binary file, then renames the complete file to its path."""
    temporary = path.with_name(path.name + ".part")
    with open(temporary, "wb") as file:
        write(file)
    os.replace(temporary, path)


def save_pickle(path, value):
    """Pickles a value to a file."""
    save(path, lambda file: pickle.dump(value, file, protocol=4))


def save_text(path, text):
    """Writes text as UTF-8."""
    save(path, lambda file: file.write(text.encode("utf-8")))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_sample_data.py DIRECTORY")
    json.dump(main(sys.argv[1]), sys.stdout)
