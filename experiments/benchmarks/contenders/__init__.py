"""Point-in-time features by other tools, each written as its users would at their best, and run in its own process.

    python -m experiments.benchmarks.contenders NAME FOLDER --warm FOLDER --out FILE

Nothing here imports the project, but for `ours.py` and `floor.py`: polars and featuretools live in
`.venv-contenders` (`make contenders`). All read the same two files and answer `workload.WORK`, column by column.
"""
