"""The workspace's models: runs, registered bundles and aliases in `state/mlflow.db` and `state/artifacts`.

    bundle -> publish -> [fresh process agrees] -> alias `candidate` (the first: `champion`) -> load_champion

Used by the verbs `train` and `score`. Imports `demand.models` and MLflow, which nothing else in the toolkit imports;
loading a bundle needs no MLflow. `bundle_model.py` and `fresh_process.py` run outside this process.
"""

from pipelines.registry.history import PastRun, find_runs
from pipelines.registry.lookup import bundle_files, champion_version, load_bundle, load_champion
from pipelines.registry.publish import publish
from pipelines.registry.registry import CONFIG_FILE, Registry, TrackedRun, open_registry

__all__ = [
    "CONFIG_FILE",
    "PastRun",
    "Registry",
    "TrackedRun",
    "bundle_files",
    "champion_version",
    "find_runs",
    "load_bundle",
    "load_champion",
    "open_registry",
    "publish",
]
