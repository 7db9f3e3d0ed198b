"""Models: whether a request comes, which, and when; as one coherent object an industry.

    feature frame + labels -> Forecaster (likelihood x scenario x onset) -> Prediction, Contributions
    Forecasters + baselines -> Bundle: routes rows by industry, is stored as text

Imports `demand.contract` only; knows no features, files or MLflow. `demand.evaluation` and `demand.explanation` build
on it.
"""

from demand.models import _threads as _threads
from demand.models.attribution import Contributions
from demand.models.baselines import Baseline, BaseRate, DaysTable, TwoWayTable, baseline_from_dict
from demand.models.boosting import Boosting
from demand.models.bundle import BUNDLE_FORMAT, Bundle
from demand.models.calibration import LogisticCalibrator
from demand.models.encoding import FrameEncoder
from demand.models.forecaster import Forecaster
from demand.models.likelihood import Calibration, Likelihood
from demand.models.onset import OnsetCurves, bucket_edges
from demand.models.prediction import Prediction
from demand.models.scenario import UNKNOWN, ScenarioModel

__all__ = [
    "BUNDLE_FORMAT",
    "UNKNOWN",
    "BaseRate",
    "Baseline",
    "Boosting",
    "Bundle",
    "Calibration",
    "Contributions",
    "DaysTable",
    "Forecaster",
    "FrameEncoder",
    "Likelihood",
    "LogisticCalibrator",
    "OnsetCurves",
    "Prediction",
    "ScenarioModel",
    "TwoWayTable",
    "baseline_from_dict",
    "bucket_edges",
]
