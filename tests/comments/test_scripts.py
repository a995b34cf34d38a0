"""What browsers load for comments stays small; nothing of it is needed."""

from pathlib import Path

import brotli
import pytest

STATIC = Path(__file__).resolve().parent.parent.parent / "static"


@pytest.mark.parametrize(
    ("files", "budget"),
    [(["site/first.js", "site/site.js"], 8 * 1024), (["desk/desk.js", "desk/queue.js"], 15 * 1024)],
    ids=["readers", "the queue"],
)
def test_scripts_weigh_as_much_as_the_specification_allows(files, budget):
    assert sum(len(brotli.compress((STATIC / file).read_bytes())) for file in files) <= budget
