"""Of fifteen tempting mappings of the real industries that look ahead the proof refuses all it is said to refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.leaks import LEAKS, answer
from tests.builders.real import needs_real

DOCS = (Path(__file__).parents[2] / "docs/proof.md").read_text(encoding="utf-8")


def test_fourteen_of_fifteen_are_said_to_be_refused():
    assert (len(LEAKS), sum(leak.refused for leak in LEAKS.values())) == (15, 14)


@needs_real
@pytest.mark.parametrize("name", LEAKS)
def test_the_answer_is_the_one_in_the_docs(tmp_path, name):
    caught = answer(LEAKS[name], tmp_path)
    assert (caught.by != "not seen") == LEAKS[name].refused
    assert f"| {name} | {caught.cells} |" in DOCS
