"""Where raw tables become the contract's sources, and where it is decided what could be seen when.

`RawTables` reads files and Python frames, derives columns and knows when each value became known; `truncate(m)` gives
the same tables as they were at m. `map_sources` runs the user's SQL over what is visible and gives `SourceTable`s,
bad rows set aside with reasons. Imports `demand.contract` and `pipelines.config`; `pipelines.workspace` uses it.
"""

from pipelines.sources.fingerprints import Fingerprints
from pipelines.sources.formats import arrow_table, input_files, read_table
from pipelines.sources.mapping import Mapped, map_sources, tables_of, try_map
from pipelines.sources.prepare import Prepared
from pipelines.sources.raw import RawTables

__all__ = [
    "Fingerprints",
    "Mapped",
    "Prepared",
    "RawTables",
    "arrow_table",
    "input_files",
    "map_sources",
    "read_table",
    "tables_of",
    "try_map",
]
