"""Polars at its best: join and group where a key has few rows; else ASOF on running sums, and a bucketed join.

The same plan as `duckdb_plan`, in the words of lazy frames.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import polars as pl
import pyarrow as pa

from experiments.benchmarks.contenders.workload import NAMES, WORK, Asked, name

_DAY = 86_400_000_000
_KINDS = (None, "asked", "paid", "shown")


def run(folder: Path, threads: int) -> pa.Table:
    """From the files to the finished table; the number of threads is that of POLARS_MAX_THREADS."""
    rows = pl.read_parquet(folder / "events.parquet").with_columns(
        at=pl.col("occurred_at").dt.epoch("us"),
        seen=pl.max_horizontal("occurred_at", "known_at").dt.epoch("us"),
        kind=pl.col("kind").cast(pl.Categorical),
        channel=pl.col("channel").cast(pl.Categorical),
    )
    asked = (
        pl.read_parquet(folder / "spine.parquet")
        .select("user_id", "store_id", "city_id", t=pl.col("cutoff").dt.epoch("us"))
        .with_row_index("rid")
    )
    if rows.select((pl.col("seen") - pl.col("at")).max()).item() > 7 * _DAY:
        raise ValueError("running sums need delays shorter than the shortest window")
    parts = [_grouped(asked, rows, ("user",)), _grouped(asked, rows, ("user", "store"))]
    parts += [_running(asked, rows, "store"), _running(asked, rows, "city"), *_bucketed(asked, rows)]
    done = asked.select("rid")
    for part in parts:
        done = done.join(part, on="rid", how="left", maintain_order="left")
    none = [name(a) for a in WORK if a[2] in ("count", "sum", "distinct")]
    return done.with_columns(pl.col(none).fill_null(0)).select(pl.col(NAMES).cast(pl.Float64)).to_arrow()


def _grouped(asked: pl.DataFrame, rows: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Every pair of a spine row and a visible event of its key, folded at once."""
    on = [f"{key}_id" for key in keys]
    pairs = asked.lazy().select("rid", "t", *on).join(rows.lazy(), on=on).filter(pl.col("seen") < pl.col("t"))
    folds = [_fold(a).alias(name(a)) for a in WORK if a[0] == keys]
    return pairs.group_by("rid").agg(folds).collect()


def _fold(asked: Asked) -> pl.Expr:
    _, kind, function, column, days = asked
    chosen = pl.lit(True)
    if kind:
        chosen = chosen & (pl.col("kind") == kind)
    if days:
        chosen = chosen & (pl.col("at") >= pl.col("t") - days * _DAY)
    at, n = pl.col("at").filter(chosen), chosen.sum() if kind or days else pl.len()
    match function:
        case "count":
            return n
        case "distinct":
            return pl.col(column).filter(chosen).n_unique()
        case "last":
            return pl.col(column).filter(chosen).get(at.arg_max(), null_on_oob=True)
        case "since_last":
            return (pl.col("t").first() - at.max()) / _DAY
        case "mean_gap":
            return pl.when(n > 1).then((at.max() - at.min()) / _DAY / (n.cast(pl.Int64) - 1))
        case "share_asked":
            return pl.when(n > 0).then((chosen & (pl.col("kind") == "asked")).sum() / n)
    return getattr(pl.col(column).filter(chosen), function)()


def _running(asked: pl.DataFrame, rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Running sums by the moment a row is seen, less those by the moment it occurred, a window earlier."""
    by = f"{key}_id"
    totals = {"n": pl.col("at") == pl.col("at"), "n_asked": pl.col("kind") == "asked",
              "n_paid": pl.col("kind") == "paid", "price": pl.col("price_cents")}  # fmt: skip
    score = pl.col("score")
    if key == "store":
        totals |= {"price_shown": pl.col("price_cents") * (pl.col("kind") == "shown"), "score": score,
                   "square": score * score, "score_asked": score * (pl.col("kind") == "asked")}  # fmt: skip
    else:
        totals |= {"score_paid": score * (pl.col("kind") == "paid")}
    sums = [value.cast(pl.Float64 if "sc" in total or "sq" in total else pl.Int64).cum_sum().over(by).alias(total)
            for total, value in totals.items()]  # fmt: skip
    latest = [
        pl.col("at").cum_max().over(by).alias("newest"),
        pl.when(pl.col("kind") == "paid").then(pl.col("at")).cum_max().forward_fill().over(by).alias("newest_paid"),
    ]
    order = asked.sort("t")
    found = order.join_asof(
        rows.sort("seen").select(by, "seen", *sums, *(latest if key == "store" else [])),
        left_on="t", right_on="seen", by=by, allow_exact_matches=False,
    )  # fmt: skip
    if key == "store":
        priced = rows.filter(pl.col("kind") == "asked").sort("seen")
        newest = pl.col("at") == pl.col("at").cum_max().over(by)
        priced = priced.select(by, "seen", last_price=pl.when(newest).then("price_cents").forward_fill().over(by))
        found = found.join_asof(priced, left_on="t", right_on="seen", by=by, allow_exact_matches=False, suffix="_p")
    following = [pl.col("at").shift(-1).over(by).alias("following")] if key == "store" else []
    by_time = rows.sort("at").select(by, "at", *sums, *following)
    for days in (7, 30, 90):
        edge = order.select("rid", by, edge=pl.col("t") - days * _DAY)
        before = edge.join_asof(by_time, left_on="edge", right_on="at", by=by, allow_exact_matches=False)
        names = [*totals, *(["following"] if key == "store" else [])]
        found = found.with_columns(before[total].alias(f"{total}_{days}") for total in names)
        found = found.with_columns(
            (pl.col(total) - pl.col(f"{total}_{days}").fill_null(0)).alias(f"{total}_{days}") for total in totals
        )
    folds = {name(a): _from_sums(a) for a in WORK if a[0] == (key,)}
    return found.select("rid", **{label: fold for label, fold in folds.items() if fold is not None})


def _from_sums(asked: Asked) -> pl.Expr | None:
    _, kind, function, column, days = asked
    mark = f"_{kind}" if kind else ""
    n = pl.col(f"n{mark}_{days}")
    match function:
        case "count":
            return n
        case "sum":
            return pl.col(f"price{mark}_{days}")
        case "mean":
            total = pl.col(f"{'price' if column == 'price_cents' else 'score'}{mark}_{days}")
            return pl.when(n > 0).then(total / n)
        case "std":
            s, q = pl.col(f"score_{days}"), pl.col(f"square_{days}")
            return pl.when(n > 1).then(((q - s * s / n).clip(0) / (n - 1)).sqrt())
        case "since_last":
            return (pl.col("t") - pl.col(f"newest{mark}")) / _DAY
        case "last":
            return pl.col("last_price")
        case "mean_gap":
            return pl.when(n > 1).then((pl.col("newest") - pl.col(f"following_{days}")) / _DAY / (n - 1))
        case "share_asked":
            return pl.when(n > 0).then(pl.col(f"n_asked_{days}") / n)
    return None


def _bucketed(asked: pl.DataFrame, rows: pl.DataFrame) -> list[pl.DataFrame]:
    """The smallest, the largest and the different values of a store: pairs meet by store and bucket of time."""
    made = []
    for days, bucket in ((30, 15), (90, 30)):
        width = bucket * _DAY
        back = pl.int_ranges(pl.col("t") // width - -(-days // bucket), pl.col("t") // width + 1)
        left = asked.lazy().select("rid", "t", "store_id", bucket=back).explode("bucket")
        right = rows.lazy().with_columns(bucket=pl.col("at") // width)
        seen = (pl.col("at") >= pl.col("t") - days * _DAY) & (pl.col("seen") < pl.col("t"))
        folds = []
        for a in WORK:
            if a[0] == ("store",) and a[4] == days and _from_sums(a) is None:
                value = pl.col("user_id" if a[3] == "user" else a[3] or "")
                folds.append((value.n_unique() if a[2] == "distinct" else getattr(value, a[2])()).alias(name(a)))
        made.append(left.join(right, on=["store_id", "bucket"]).filter(seen).group_by("rid").agg(folds).collect())
    return made
