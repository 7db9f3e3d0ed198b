"""What `train` is made of: examples, evaluation on the last slice, the deployed models, plots, and the run.

    workspace -> examples (features + labels) -> evaluation (as if trained at T0) -> evaluation.json
                                              -> deployed models (all that has matured) -> bundle -> registry

Called by the verb `pipelines.train` only. Imports `demand`, `features` and `pipelines.registry`.
"""
