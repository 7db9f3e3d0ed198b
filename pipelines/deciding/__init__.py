"""What `decide` is made of: a scored night with what is planned for it so far.

    store (scores) + ledger (plans so far) -> Night -> candidates, messages, limits of one plan

Called by the verb `pipelines.decide` only. Imports `demand`, and the ledger, the store and the workspace.
"""
