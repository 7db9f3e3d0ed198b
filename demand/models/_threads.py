"""Threads that wait without spinning: on a shared machine a spinning thread costs more than it gains.

OpenMP reads this when it is loaded, so it is said before LightGBM is imported; who has set it otherwise is obeyed.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
