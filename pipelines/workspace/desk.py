"""The data scientist's desk: the tables of a workspace as frames that show themselves in a notebook.

`ws.desk.spine("hotel")` is `ws.spine("hotel")`, dressed; the verbs go on passing the plain Arrow tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import ContractError
from pipelines.config import did_you_mean
from pipelines.frame import Frame

if TYPE_CHECKING:
    from features import FeatureSet
    from pipelines.workspace.foundation import Moment
    from pipelines.workspace.workspace import Workspace


class Desk:
    """The tables of a workspace, as frames; take it from `Workspace.desk`.

    Wherever a spine is left out, it is the whole grid of training. A frame may be passed as a spine.
    """

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def __repr__(self) -> str:
        return f"<desk of {self._ws!r}>"

    def source(self, name: str) -> Frame:
        """The rows of a source in contract form.

        Raises
        ------
        ContractError
            If there is none of that name.
        """
        if name not in self._ws.sources:
            raise ContractError(f"no source `{name}`", "", did_you_mean(name, self._ws.sources))
        source = self._ws.sources[name]
        facts = {"kind": source.spec.kind, "keys": ", ".join(source.spec.keys), "rows": f"{source.table.num_rows:,}"}
        return self._frame(f"source {name}", source.table, facts)

    def subjects(self, industry: str) -> Frame:
        """Every subject in every visible version."""
        table = self._ws.subjects(industry)
        return self._frame(f"subjects of {industry}", table, {"subjects": _distinct(table)})

    def spine(self, industry: str, *, start: Moment | None = None, end: Moment | None = None) -> Frame:
        """Who was live, at every cutoff."""
        table = self._ws.spine(industry, start=start, end=end)
        return self._frame(f"spine of {industry}", table, self._grid(table))

    def live(self, industry: str, as_of: Moment) -> Frame:
        """Who is live at one moment."""
        table = self._ws.live(industry, as_of)
        return self._frame(f"live in {industry}", table, self._grid(table))

    def episodes(self, industry: str, *, known_before: Moment | None = None) -> Frame:
        """Service requests, re-contacts merged."""
        table = self._ws.episodes(industry, known_before=known_before)
        return self._frame(f"episodes of {industry}", table, {"episodes": f"{table.num_rows:,}", **_scenarios(table)})

    def labels(
        self, industry: str, spine: pa.Table | Frame | None = None, *, label_as_of: Moment | None = None
    ) -> Frame:
        """What happened within the horizon of each row."""
        table = self._ws.labels(industry, self._spine(industry, spine), label_as_of=label_as_of)
        return self._frame(f"labels of {industry}", table, self._outcome(table))

    def features(
        self, industry: str, spine: pa.Table | Frame | None = None, *, extra: Sequence[FeatureSet] = ()
    ) -> Frame:
        """What was known of each row strictly before its cutoff."""
        matrix = self._ws.features(industry, self._spine(industry, spine), extra=extra)
        families: dict[str, int] = {}
        for meta in matrix.meta:
            families[meta.family] = families.get(meta.family, 0) + 1
        listed = ", ".join(f"{family} {n}" for family, n in families.items())
        facts = {**self._grid(matrix.table), "features": f"{len(matrix.meta)} ({listed})"}
        return self._frame(f"features of {industry}", matrix.table, facts)

    def training_table(
        self, industry: str, *, label_as_of: Moment | None = None, extra: Sequence[FeatureSet] = ()
    ) -> Frame:
        """Features and labels side by side."""
        table = self._ws.training_table(industry, label_as_of=label_as_of, extra=extra)
        return self._frame(f"training table of {industry}", table, {**self._grid(table), **self._outcome(table)})

    def scores(self, as_of: Moment | None = None) -> Frame:
        """The scores of a night as `demand score` wrote them, by default of the newest; the riskiest first.

        Raises
        ------
        StateError
            If that night was never scored.
        """
        from pipelines.store import Store

        store = Store(self._ws.state / "store")
        moment = None if as_of is None else self._ws.parse_as_of(as_of)
        if moment is None and (nights := store.moments("scores")):
            moment = max(nights)
        table = store.read("scores", as_of=moment)
        if table.num_rows:
            table = table.sort_by([("p_request", "descending"), ("subject_id", "ascending")])
        expected = pc.sum(table["p_request"]).as_py() or 0.0
        facts = {"subjects": f"{table.num_rows:,}", "expected requests": f"{expected:,.1f}"}
        if moment is not None:
            facts = {"night": self._say(moment), **facts}
        return self._frame("scores", table, facts)

    def _frame(self, title: str, table: pa.Table, facts: Mapping[str, Any]) -> Frame:
        return Frame(title, table, facts, self._ws.zone)

    def _spine(self, industry: str, spine: pa.Table | Frame | None) -> pa.Table:
        if spine is None:
            return self._ws.spine(industry)
        return spine.table if isinstance(spine, Frame) else spine

    def _grid(self, table: pa.Table) -> dict[str, str]:
        """Rows, subjects and cutoffs of a table with one row a subject and cutoff."""
        facts = {"rows": f"{table.num_rows:,}", "subjects": _distinct(table)}
        if table.num_rows:
            first, last = (self._say(f(table["cutoff"]).as_py()) for f in (pc.min, pc.max))
            cutoffs = pc.count_distinct(table["cutoff"]).as_py()
            facts["cutoffs"] = first if first == last else f"{cutoffs:,}, from {first} to {last}"
        return facts

    def _outcome(self, labels: pa.Table) -> dict[str, str]:
        mature = labels.filter(pc.equal(labels["status"], "mature"))
        asked = pc.sum(mature["requested"]).as_py() or 0
        share = f" ({asked / mature.num_rows:.1%})" if mature.num_rows else ""
        censored = labels.num_rows - mature.num_rows
        return {
            "mature": f"{mature.num_rows:,}, of which {asked:,} with a request{share}",
            **({"not known yet": f"{censored:,}"} if censored else {}),
            **_scenarios(mature.filter(mature["requested"])),
        }

    def _say(self, moment: Any) -> str:
        return f"{moment.astimezone(self._ws.zone):%Y-%m-%d %H:%M}"


def _distinct(table: pa.Table) -> str:
    return f"{pc.count_distinct(table['subject_id']).as_py():,}"


def _scenarios(table: pa.Table) -> dict[str, str]:
    counts = sorted(table["scenario"].drop_null().value_counts().to_pylist(), key=lambda c: (-c["counts"], c["values"]))
    return {"scenarios": ", ".join(f"{c['values']} {c['counts']:,}" for c in counts)} if counts else {}
