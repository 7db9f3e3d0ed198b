"""Run by path in a fresh Python: load a registered model as a stranger would, and predict.

    python -P fresh_process.py MODEL_URI FRAME.parquet PREDICTIONS.parquet

Imports nothing of the toolkit itself; what the model brings along is all there is. The last line printed says
where the package `demand` came from, and which other packages of the toolkit were loaded.
"""

from __future__ import annotations

import json
import sys

import mlflow
import pandas as pd


def main(model_uri: str, frame_path: str, predictions_path: str) -> None:
    model = mlflow.pyfunc.load_model(model_uri)
    model.predict(pd.read_parquet(frame_path)).to_parquet(predictions_path)
    strangers = {name.partition(".")[0] for name in sys.modules} & {"experiments", "features", "pipelines"}
    print(json.dumps({"demand": sys.modules["demand"].__file__, "others": sorted(strangers)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
