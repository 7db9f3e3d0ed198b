"""Nouns: what the toolkit is about, as pure functions and small objects.

    contract -> catalog -> subjects -> models, decisions -> evaluation -> explanation;  simulator stands apart

Tables in, tables out. Nothing here reads a user's file, knows a workspace, or imports MLflow;
nothing here imports `features`, `pipelines` or `experiments`.
"""
