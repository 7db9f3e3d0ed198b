from pathlib import Path

from docs.texts import page


def test_the_sample_of_texts_is_what_the_simulator_writes():
    assert Path("docs/texts.md").read_text(encoding="utf-8") == page(), "run `make docs`"
