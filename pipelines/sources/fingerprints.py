"""Whether a source would be mapped the same from truncated tables, asked without making its rows.

The rows of a source follow one by one from what its SQL gives, so that is compared. Two lists of rows are taken for
equal if their number and the sum of the rows' hashes are: the same in any order, wrong once in 2^64.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from demand.contract import ConfigError, DemandError
from pipelines.config import SourceConfig, WorkspaceConfig
from pipelines.sources.clocks import instant_literal
from pipelines.sources.mapping import hides_nothing, run_sql, sql_text
from pipelines.sources.raw import RawTables
from pipelines.sources.rows import judged_sql

_HASHES = "CREATE TEMP TABLE hashes AS SELECT known_at, hash(delivered) AS hash FROM ({delivered}) delivered"

_WHOLE = "SELECT count(*) AS rows, sum(hash::HUGEINT) AS total FROM hashes WHERE known_at < {moment}"

_THEN = """
SELECT count(*) AS rows, sum(hash(delivered)::HUGEINT) AS total FROM ({delivered}) delivered WHERE known_at < {moment}
"""


class Fingerprints:
    """The rows of one source known before a moment: from the whole tables, and from the tables as they were.

    Parameters
    ----------
    config, raw : the workspace's, whole
    source : one that is mapped by SQL

    Raises
    ------
    ConfigError, ContractError
        If it cannot be mapped.
    """

    def __init__(self, config: WorkspaceConfig, raw: RawTables, source: SourceConfig) -> None:
        self._config, self._source = config, source
        self._text = sql_text(raw, source, str(source.path))
        self._whole = duckdb.connect()
        self._whole.execute(_HASHES.format(delivered=self._delivered(self._whole, raw)))

    def equal(self, raw: RawTables) -> bool:
        """Whether truncated tables surely give the same rows known before their moment.

        If not, or if they cannot be mapped, the rows have to be made and compared.
        """
        assert raw.moment is not None
        if hides_nothing(self._config, raw, self._text):
            return True
        moment = instant_literal(raw.moment)
        try:
            with duckdb.connect() as db:
                then = _one(db, _THEN.format(delivered=self._delivered(db, raw), moment=moment))
        except (DemandError, duckdb.Error):
            return False
        return then == _one(self._whole, _WHOLE.format(moment=moment))

    def rows(self, moment: datetime) -> int:
        """How many rows of the whole tables are said to be known before a moment."""
        return int(_one(self._whole, _WHOLE.format(moment=instant_literal(moment)))["rows"])

    def _delivered(self, db: duckdb.DuckDBPyConnection, raw: RawTables) -> str:
        zone = run_sql(db, self._config, raw, self._source)
        judged, problems = judged_sql(db, self._source, zone=zone, owns_subjects=False)
        if problems:
            raise ConfigError(problems=problems)
        return judged.delivered


def _one(db: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    return db.sql(sql).to_arrow_table().to_pylist()[0]
