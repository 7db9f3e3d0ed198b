"""The proof that nothing looks ahead, and the picture of what moved where something does.

A (`commutation`) maps the raw tables as they were at many `moments` and compares (`difference`); B (`existence`) asks
whether every change and request finds its subject; C (`guesses`) asks the same where a moment is a guess. What A finds
is traced to the raw column it comes from (`blame`) and drawn (`picture`). `prove` runs all three. Imports
`pipelines.sources` and `pipelines.workspace`; `pipelines.check` shows what it finds.
"""

from pipelines.proof.commutation import Finding
from pipelines.proof.existence import Existence, existence
from pipelines.proof.moments import proof_moments
from pipelines.proof.proof import Proof, prove

__all__ = ["Existence", "Finding", "Proof", "existence", "proof_moments", "prove"]
