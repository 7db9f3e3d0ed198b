"""The unit that intervals resample."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from demand.contract import SourceTable
from demand.contract.database import session

_BLOCK = r"regexp_replace(subject_id, '^([0-9a-f]{20})-[0-9]+$', '\1')"

_CLUSTERS = """
SELECT CASE WHEN {known} THEN concat_ws(' ', {parts}) ELSE subject_id END AS cluster
FROM spine LEFT JOIN (
    SELECT * FROM source QUALIFY row_number() OVER (PARTITION BY subject_id ORDER BY known_at, occurred_at, id) = 1
) first USING (subject_id)
ORDER BY place
"""


def clusters_of(spine: pa.Table, cluster: Sequence[str], source: SourceTable) -> pa.Array:
    """The cluster of each row of a spine, in its order.

    Parameters
    ----------
    spine : table with subject_id
    cluster : keys or columns of the subjects' source, as first known; `row_id` is the digest of the raw row without its
        occurrence number, which identical rows share; empty: every subject is its own
    source : the subjects' source

    Returns
    -------
    string array; where the named values are null, the subject itself
    """
    if not cluster:
        return pa.array(spine["subject_id"].to_pylist(), pa.string())
    columns = {c.lower(): c for c in source.table.column_names}
    parts = []
    for name in cluster:
        if name == "row_id" and name not in columns:
            parts.append(_BLOCK)
        else:
            column = (
                columns.get(f"{name}_id".lower(), name) if name in source.spec.keys else columns.get(name.lower(), name)
            )
            parts.append("subject_id" if column == "subject_id" else f'first."{column}"::VARCHAR')
    with session() as db:
        db.register("spine", spine.select(["subject_id"]).append_column("place", pa.array(range(spine.num_rows))))
        db.register("source", source.table)
        # an unknown value must not join strangers
        known = " AND ".join(f"({part}) IS NOT NULL" for part in parts)
        sql = _CLUSTERS.format(known=known, parts=", ".join(parts))
        return db.sql(sql).to_arrow_table()["cluster"].combine_chunks()
