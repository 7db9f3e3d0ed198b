"""`python -m pipelines` is the `demand` command, where its script is not on the path."""

from pipelines.cli import main

main()
