"""Who is live, when do we ask, what happened after: subjects, cutoffs, spine, episodes, labels.

    sources -> subjects, closings -> spine -> labels, outcomes
               contacts -> episodes ----------^

Imports `demand.contract` only. Tables in, tables out; every comparison with a moment is strict, and everything
joins on the intervals of `demand.contract.visibility`, so what is known later changes nothing.
"""

from demand.subjects.closings import build_closings
from demand.subjects.days import days_to_due_or_age
from demand.subjects.episodes import merge_into_episodes
from demand.subjects.labels import make_labels
from demand.subjects.orphans import find_orphans
from demand.subjects.outcomes import make_outcomes
from demand.subjects.schedule import Schedule
from demand.subjects.spine import build_spine
from demand.subjects.subjects import build_subjects

__all__ = [
    "Schedule",
    "build_closings",
    "build_spine",
    "build_subjects",
    "days_to_due_or_age",
    "find_orphans",
    "make_labels",
    "make_outcomes",
    "merge_into_episodes",
]
