"""What `train` is made of: examples, evaluation on the last slice, the deployed models, plots, and the run.

    workspace -> examples (features + labels) -> evaluation (as if trained at T0) -> evaluation.json
                                              -> deployed models (all that has matured) -> bundle -> registry

Called by the verbs `pipelines.train` and `pipelines.backtest`, which measure a slice of time (`slices`, `figures`) in
the same way. Imports `demand`, `features` and `pipelines.registry`.
"""
