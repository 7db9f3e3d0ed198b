"""What customers write to the service desk and under the scores of surveys, in Chinese and in English.

Sentences stand in `said/`, one file per industry and language and one per language for what all share. `grammar`
expands them, `voice` makes texts of them, `occasion` knows what a row lets them say, `chinese` and `english` spoil them
the way people do, `pool` and `remarks` number the results, so that rows hold a number until they become tables. The
number, drawn by the seed of a world, decides on the text. Used by `demand.simulator` only.
"""

from demand.simulator.texts.lexicon import ABOUT, EXPECTATIONS, LANGUAGES
from demand.simulator.texts.occasion import Occasion, pack
from demand.simulator.texts.pool import VARIANTS, Pool, pool_of
from demand.simulator.texts.remarks import Remarks, remarks_of

CONTACT_CHANNELS = ("chat", "hotline", "message")

__all__ = [
    "ABOUT",
    "CONTACT_CHANNELS",
    "EXPECTATIONS",
    "LANGUAGES",
    "VARIANTS",
    "Occasion",
    "Pool",
    "Remarks",
    "pack",
    "pool_of",
    "remarks_of",
]
