"""What `backtest` is made of: rolling origins, slices of merchants, leak alarms, doubtful columns, and the page.

    material (features once) -> origins -> folds (train at T0, test until the next) -> figures, per origin and pooled
                                        -> merchants, alarms, columns -> backtest.json, MLflow runs, page

A fold is a slice of `pipelines.training`, so that the last origin and `train` agree to the digit. Called by the verb
`pipelines.backtest` only; imports `demand`, `features` and the packages that hold slices, registry and pages.
"""
