"""The truth beside a simulated workspace, joined to what the toolkit asks about."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import StateError
from pipelines.workspace import Workspace

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Graded:
    """Matured rows of one industry whose true chances are known.

    Parameters
    ----------
    spine : (rows,) as the workspace asks
    labels : (rows,) what happened, in the same order
    scenarios : of the industry
    chances : (rows, scenarios) true probability of a request of each kind within the horizon
    """

    spine: pa.Table
    labels: pa.Table
    scenarios: tuple[str, ...]
    chances: Floats

    @property
    def p(self) -> Floats:
        """(rows,) true probability of a request."""
        return self.chances.sum(axis=1)

    @property
    def requested(self) -> Floats:
        """(rows,) 1 where one came."""
        return self.labels["requested"].to_numpy(zero_copy_only=False).astype(np.float64)

    def only(self, rows: npt.NDArray[np.int64]) -> Graded:
        """Some rows, in the order of their positions."""
        taken = pa.array(rows)
        return Graded(self.spine.take(taken), self.labels.take(taken), self.scenarios, self.chances[rows])


def truth_files(ws: Workspace, name: str) -> list[str]:
    """The files of `risks`, `traits` or `effects`: one, or the parts in the folder of that name.

    Raises
    ------
    StateError
        If there is no truth beside the workspace.
    """
    whole = ws.root / "truth" / f"{name}.parquet"
    # a folder of parts ends in .parquet as well; read beside its parts it would give every row twice
    files = [whole] if whole.is_file() else sorted(whole.glob("*.parquet"))
    if not files:
        raise StateError(
            found=f"no truth in {ws.root}",
            expected="a workspace that `demand simulate` wrote",
            remedy="run `demand simulate PATH` and grade that one",
        )
    return [str(file) for file in files]


def graded(ws: Workspace, industry: str) -> Graded:
    """Every matured row of the industry's grid with its truth, by cutoff and subject.

    Raises
    ------
    StateError
        If there is no truth beside the workspace.
    """
    files = truth_files(ws, "risks")
    spine = ws.spine(industry)
    labels = ws.labels(industry, spine)
    mature = pc.equal(labels["status"], "mature")
    spine, labels = spine.filter(mature), labels.filter(mature)
    rows = spine.select(["subject_id", "cutoff"]).append_column("row", pa.array(np.arange(spine.num_rows)))
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.register("asked", rows)
        found = db.sql(
            """SELECT a.row, r.scenarios, r.p_scenario
               FROM asked a JOIN read_parquet($files) r USING (subject_id, cutoff)
               WHERE r.industry = $industry ORDER BY a.row""",
            params={"files": files, "industry": industry},
        ).to_arrow_table()
    if not found.num_rows:
        return Graded(spine.slice(0, 0), labels.slice(0, 0), (), np.zeros((0, 0)))
    scenarios = tuple(found["scenarios"][0].as_py())
    chances = found["p_scenario"].combine_chunks().flatten().to_numpy().reshape(-1, len(scenarios))
    position = found["row"].combine_chunks()
    return Graded(spine.take(position), labels.take(position), scenarios, chances)
