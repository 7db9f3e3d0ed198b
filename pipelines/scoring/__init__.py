"""What `score` is made of: the rows of one industry, and the night they are written into.

    live spine + features + model -> Scored (scores, axes, reasons, words) -> one night of three tables

Called by the verb `pipelines.score` only. Imports `demand`, `features`, `pipelines.workspace` and `pipelines.store`.
"""
