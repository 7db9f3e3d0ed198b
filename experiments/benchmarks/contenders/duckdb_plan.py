"""DuckDB at its best: join and group where a key has few rows; else ASOF on running sums, and bucketed equi-joins.

What was visible at t in the last w is what was seen before t less what had occurred before t - w, as long as
nothing is known later than w after it occurred: so two ASOF joins stand in for a scan, once the longest delay is
checked. The smallest, the largest and the different values have no running form: they take an equi-join on buckets
of time.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from experiments.benchmarks.contenders.workload import WORK, Asked, name

_DAY = 86_400_000_000
_ASKED = "e.kind = 'asked'"
_LOAD = """
CREATE TEMP TABLE e AS
SELECT id, user_id, store_id, city_id, kind, channel, price_cents, score,
       epoch_us(occurred_at) AS happened, greatest(epoch_us(occurred_at), epoch_us(known_at)) AS seen
FROM read_parquet('{folder}/events.parquet');
CREATE TEMP TABLE s AS
SELECT row_number() OVER () AS rid, epoch_us(cutoff) AS t, user_id, store_id, city_id
FROM read_parquet('{folder}/spine.parquet');
"""
# One stream over rows in order: a window by partition takes eight times as long for keys with many rows. The totals
# run on from key to key; each key begins with an empty row, which says what to take off.
_RUNNING = """
CREATE TEMP TABLE {name}_sorted AS
SELECT {key}, {order}, kind, price_cents, score FROM e
UNION ALL SELECT DISTINCT {key}, -1, NULL, NULL, NULL FROM e
ORDER BY {key}, {order};
CREATE TEMP TABLE {name} AS
SELECT {key}, {order}, {sums} FROM {name}_sorted WINDOW w AS (ROWS UNBOUNDED PRECEDING)
"""
_TOTALS = {
    "n": "count(price_cents) OVER w",
    "n_asked": "count(CASE WHEN kind = 'asked' THEN 1 END) OVER w",
    "n_paid": "count(CASE WHEN kind = 'paid' THEN 1 END) OVER w",
    "price": "sum(price_cents) OVER w",
    "price_shown": "sum(CASE WHEN kind = 'shown' THEN price_cents END) OVER w",
    "score": "sum(score) OVER w",
    "square": "sum(score * score) OVER w",
    "score_asked": "sum(CASE WHEN kind = 'asked' THEN score END) OVER w",
    "score_paid": "sum(CASE WHEN kind = 'paid' THEN score END) OVER w",
}
_NEEDED = {
    "store": ("n", "n_asked", "n_paid", "price", "price_shown", "score", "square", "score_asked"),
    "city": ("n", "n_asked", "n_paid", "price", "score_paid"),
}
_LATEST = """
CREATE TEMP TABLE latest AS
SELECT store_id, seen, max(happened) OVER w AS newest, max(happened) FILTER (kind = 'paid') OVER w AS newest_paid,
       arg_max(price_cents, happened) FILTER (kind = 'asked') OVER w AS last_price
FROM e WINDOW w AS (PARTITION BY store_id ORDER BY seen ROWS UNBOUNDED PRECEDING);
CREATE TEMP TABLE following AS
SELECT store_id, happened, lead(happened) OVER (PARTITION BY store_id ORDER BY happened) AS next
FROM (SELECT store_id, happened FROM e UNION ALL SELECT DISTINCT store_id, -1 FROM e)
"""


def run(folder: Path, threads: int) -> pa.Table:
    """From the files to the finished table."""
    with duckdb.connect() as db:
        db.execute(f"SET threads = {threads}; SET TimeZone = 'UTC'")
        db.execute(_LOAD.format(folder=folder))
        delay = db.sql("SELECT max(seen - happened) FROM e").to_arrow_table().column(0)[0].as_py()
        if delay > 7 * _DAY:
            raise ValueError("running sums need delays shorter than the shortest window")
        _grouped(db, ("user",))
        _grouped(db, ("user", "store"))
        _running(db, "store", (7, 30, 90))
        _running(db, "city", (7, 30, 90))
        _bucketed(db)
        joined = " ".join(
            f"LEFT JOIN {table} USING (rid)" for table in ("f_user", "f_user_store", "f_store", "f_city", "f_top")
        )
        columns = ", ".join(f"({_finished(asked)})::DOUBLE AS {name(asked)}" for asked in WORK)
        return db.sql(f"SELECT {columns} FROM s {joined} ORDER BY rid").to_arrow_table()


def _finished(asked: Asked) -> str:
    return f"coalesce({name(asked)}, 0)" if asked[2] in ("count", "sum", "distinct") else name(asked)


def _grouped(db: duckdb.DuckDBPyConnection, keys: tuple[str, ...]) -> None:
    """Every pair of a spine row and a visible event of its key, folded at once."""
    same = " AND ".join(f"e.{key}_id = s.{key}_id" for key in keys)
    folds = ", ".join(f"{_fold(asked)} AS {name(asked)}" for asked in WORK if asked[0] == keys)
    db.execute(
        f"CREATE TEMP TABLE f_{'_'.join(keys)} AS SELECT rid, {folds} "
        f"FROM s JOIN e ON {same} AND e.seen < s.t GROUP BY rid"
    )


def _fold(asked: Asked) -> str:
    _, kind, function, column, days = asked
    tests = [f"e.kind = '{kind}'"] if kind else []
    tests += [f"e.happened >= s.t - {days * _DAY}"] if days else []
    chosen = f" FILTER ({' AND '.join(tests)})" if tests else ""
    match function:
        case "count":
            return f"count(*){chosen}"
        case "std":
            return f"stddev_samp(e.{column}){chosen}"
        case "mean":
            return f"avg(e.{column}){chosen}"
        case "distinct":
            return f"count(DISTINCT e.{column}){chosen}"
        case "last":
            return f"arg_max(e.{column}, e.happened){chosen}"
        case "since_last":
            return f"(any_value(s.t) - max(e.happened){chosen}) / {_DAY}"
        case "mean_gap":
            return f"(max(e.happened){chosen} - min(e.happened){chosen}) / {_DAY} / nullif(count(*){chosen} - 1, 0)"
        case "share_asked":
            return f"count(*) FILTER ({' AND '.join([*tests, _ASKED])}) / nullif(count(*){chosen}, 0)"
    return f"{function}(e.{column}){chosen}"


def _running(db: duckdb.DuckDBPyConnection, key: str, windows: tuple[int, ...]) -> None:
    """Running sums by the moment a row is seen, less those by the moment it occurred, a window earlier."""
    needed, by, of_stores = _NEEDED[key], f"{key}_id", key == "store"
    sums = ", ".join(f"{_TOTALS[total]} AS {total}" for total in needed)
    db.execute(_RUNNING.format(name=f"seen_{key}", key=by, order="seen", sums=sums))
    db.execute(_RUNNING.format(name=f"at_{key}", key=by, order="happened", sums=sums))
    joins = f"ASOF LEFT JOIN seen_{key} v ON s.{by} = v.{by} AND s.t > v.seen"
    parts = []
    if of_stores:
        db.execute(_LATEST)
        joins += f" ASOF LEFT JOIN latest l ON s.{by} = l.{by} AND s.t > l.seen"
        parts += ["l.newest", "l.newest_paid", "l.last_price"]
    for days in windows:
        edge = f"s.t - {days * _DAY} >"
        joins += f"\nASOF LEFT JOIN at_{key} w{days} ON s.{by} = w{days}.{by} AND {edge} w{days}.happened"
        parts += [f"coalesce(v.{total}, 0) - coalesce(w{days}.{total}, 0) AS {total}_{days}" for total in needed]
    if of_stores:
        joins += f"\nASOF LEFT JOIN following g ON s.{by} = g.{by} AND s.t - {90 * _DAY} > g.happened"
        parts += ["g.next AS following_90"]
    folds = ", ".join(f"{_from_sums(a)} AS {name(a)}" for a in WORK if a[0] == (key,) and _from_sums(a))
    db.execute(
        f"CREATE TEMP TABLE f_{key} AS WITH sums AS (SELECT s.rid, s.t, {', '.join(parts)} FROM s {joins}) "
        f"SELECT rid, {folds} FROM sums"
    )


def _from_sums(asked: Asked) -> str:
    _, kind, function, column, days = asked
    mark = f"_{kind}" if kind else ""
    n = f"n{mark}_{days}"
    match function:
        case "count":
            return n
        case "sum":
            return f"price{mark}_{days}"
        case "mean":
            return f"{'price' if column == 'price_cents' else 'score'}{mark}_{days} / nullif({n}, 0)"
        case "std":
            total = f"score_{days}"
            square = f"greatest(square_{days} - {total} * {total} / {n}, 0)"
            return f"CASE WHEN {n} > 1 THEN sqrt({square} / ({n} - 1)) END"
        case "since_last":
            return f"(t - newest{mark}) / {_DAY}"
        case "last":
            return "last_price"
        case "mean_gap":
            return f"CASE WHEN {n} > 1 THEN (newest - following_{days}) / {_DAY} / ({n} - 1) END"
        case "share_asked":
            return f"n_asked_{days} / nullif({n}, 0)"
    return ""


def _bucketed(db: duckdb.DuckDBPyConnection) -> None:
    """The smallest, the largest and the different values of a store: pairs meet by store and bucket of time."""
    folds = {days: [a for a in WORK if a[0] == ("store",) and a[4] == days and not _from_sums(a)] for days in (30, 90)}
    for days, bucket in ((30, 15), (90, 30)):
        width, buckets = bucket * _DAY, -(-days // bucket) + 1
        db.execute(
            f"CREATE TEMP TABLE top_{days} AS WITH asked AS (SELECT rid, t, store_id, "
            f"unnest(range(t // {width} - {buckets - 1}, t // {width} + 1)) AS bucket FROM s) "
            f"SELECT rid, {', '.join(f'{_unfiltered(a)} AS {name(a)}' for a in folds[days])} FROM asked s "
            f"JOIN (SELECT *, happened // {width} AS bucket FROM e) e "
            f"ON e.store_id = s.store_id AND e.bucket = s.bucket "
            f"AND e.happened >= s.t - {days * _DAY} AND e.seen < s.t GROUP BY rid"
        )
    db.execute("CREATE TEMP TABLE f_top AS SELECT * FROM top_90 FULL JOIN top_30 USING (rid)")


def _unfiltered(asked: Asked) -> str:
    column = f"e.{'user_id' if asked[3] == 'user' else asked[3]}"
    return f"count(DISTINCT {column})" if asked[2] == "distinct" else f"{asked[2]}({column})"
