"""Part A of the proof: mapping and truncating commute.

At many moments, the sources mapped from what the raw tables could show then are, row by row and both ways, the sources
mapped from the whole tables up to that moment. Sources that are read directly carry both clocks in each row and are
mapped row by row, so this holds for them as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from demand.contract import Problem
from pipelines.proof.blame import Culprit, find_culprit
from pipelines.proof.difference import Difference, compare_rows
from pipelines.sources import Fingerprints, try_map
from pipelines.workspace import Workspace

_FOUND = {
    "changed": "looks ahead: rows known then said something else in {columns}",
    "hindsight": "looks ahead: rows are said to be known then, but could not be seen",
    "vanished": "looks ahead: rows that could be seen then are gone or have another id",
    "broken": "looks ahead: cannot be mapped from what was known",
}
_REMEDIES = {
    "changed": "put these columns into a row of their own, known when they were, or under their own `known`",
    "hindsight": "known_at is too early: a row is not known before every column that its SQL needs to make it",
    "vanished": "a row and its id must not depend on later rows or columns: use `row_id`, keep rows with a bad end",
    "broken": "the SQL must also work on the tables as they were",
}


@dataclass(frozen=True)
class Finding:
    """One way in which one source looks ahead.

    Parameters
    ----------
    source, file : which, and the file to mend
    first : the first moment at which it was seen, with the `difference` there
    moments, tried : at how many, and of how many
    rows : at the worst of them
    columns : all that moved
    culprit : the raw column or rows that it comes from, where one was found
    """

    source: str
    file: str
    first: datetime
    difference: Difference
    tried: int
    moments: int = 1
    rows: int = 0
    columns: tuple[str, ...] = ()
    culprit: Culprit | None = None

    @property
    def found(self) -> str:
        """What is wrong, in words."""
        return _FOUND[self.difference.kind].format(columns=", ".join(self.columns))

    @property
    def remedy(self) -> str:
        # another moment under the same id is another row under that id
        advice = _REMEDIES["vanished" if "known_at" in self.columns else self.difference.kind]
        return advice if self.culprit is None else f"it uses {self.culprit}: {advice}"

    @property
    def problem(self) -> Problem:
        """As one of the workspace's problems."""
        first = self.first.astimezone(UTC).isoformat(sep=" ").replace("+00:00", " UTC")
        return Problem(
            f"{self.found} (at {self.moments} of {self.tried} moments, first {first})",
            self.file,
            self.remedy,
            "the same rows from the tables as they were and from the whole tables",
            table=self.source,
            column=", ".join(self.columns) or None,
            rows=self.rows or None,
            example=self.difference.example,
        )


def commutation(
    ws: Workspace, moments: Mapping[str, Sequence[datetime]], *, progress: Callable[[str], None] | None = None
) -> tuple[Finding, ...]:
    """How the sources differ from what could be seen.

    Parameters
    ----------
    moments : of each source to try

    Returns
    -------
    one finding for each source and kind of difference, in the order of the sources
    """
    found: list[Finding] = []
    for number, (name, tried) in enumerate(moments.items(), start=1):
        if progress is not None:
            progress(f"proof: {name}, source {number} of {len(moments)}, {len(tried)} moments")
        found += _of_source(ws, name, tried)
    return tuple(replace(f, culprit=find_culprit(ws, f.source, f.first)) for f in found)


def _of_source(ws: Workspace, name: str, moments: Sequence[datetime]) -> list[Finding]:
    found: dict[str, Finding] = {}
    fingerprints = Fingerprints(ws.config, ws.raw, ws.config.sources[name])
    for moment in moments:
        if fingerprints.equal(ws.raw.truncate(moment)):
            continue
        for difference in _differences(ws, name, moment):
            seen = found.get(difference.kind)
            if seen is None:
                file = ws.config.sources[name].path or name
                seen = Finding(name, file, moment, difference, len(moments), moments=0)
            found[difference.kind] = replace(
                seen,
                moments=seen.moments + 1,
                rows=max(seen.rows, difference.rows),
                columns=tuple(dict.fromkeys((*seen.columns, *difference.columns))),
            )
    return list(found.values())


def _differences(ws: Workspace, name: str, moment: datetime) -> list[Difference]:
    """How a source mapped as of a moment differs from the whole one up to it."""
    then, problems = try_map(ws.config, ws.raw.truncate(moment), names=[name])
    if name in then.sources:
        return compare_rows(ws.mapped.sources[name].table, then.sources[name].table, moment)
    return [Difference("broken", 0, (), str(problems[0]))]
