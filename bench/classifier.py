"""Measure the local classifier on a collection of texts that people sorted: precision and recall, ten times over.

    .venv/bin/python bench/classifier.py FILE

FILE has a line for each text, "spam" or "ham" first and the text after a tab or a comma, as the SMS Spam Collection of
the UCI repository has. Nine tenths are learned, the other tenth is judged; nothing is stored.
"""

import csv
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
import django  # noqa: E402

django.setup()
from comments.models.classifier import Training  # noqa: E402
from comments.screening import HOLD_AT  # noqa: E402
from comments.screening.classifier import TELLS, combined, digest, score_of, share, words_of  # noqa: E402


def read(path):
    """Yield the texts of a collection, each with whether it is spam."""
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        first = file.readline()
        file.seek(0)
        for row in csv.reader(file, delimiter="\t" if "\t" in first else ",", quotechar='"'):
            if len(row) > 1 and row[0].strip().lower() in ("spam", "ham"):
                yield ",".join(row[1:]), row[0].strip().lower() == "spam"


def judge(learned, judged):
    """Return what was judged: (was spam, risk) for each text."""
    counts, training = {}, Training()
    for text, is_spam in learned:
        training.refused += is_spam
        training.kept += not is_spam
        for word in words_of(text):
            counts.setdefault(digest(word), [0, 0])[is_spam] += 1
    for text, is_spam in judged:
        seen = (counts.get(digest(word), (0, 0)) for word in words_of(text))
        yield is_spam, combined(share(*pair, training) for pair in seen if sum(pair) > 1)


def main(path):
    texts = list(read(path))
    random.Random(1).shuffle(texts)  # noqa: S311 (the same ten parts each time)
    started, outcomes = time.process_time(), []
    for part in range(10):
        judged = texts[part::10]
        learned = [pair for number, pair in enumerate(texts) if number % 10 != part]
        outcomes += judge(learned, judged)
    seconds = time.process_time() - started
    spam = sum(is_spam for is_spam, _ in outcomes)
    print(f"{len(texts):,} texts, {spam:,} of them spam; {seconds:.1f} s for ten rounds")
    for name, caught in (
        ("named", [is_spam for is_spam, risk in outcomes if risk >= TELLS]),
        ("held for the words alone", [is_spam for is_spam, risk in outcomes if score_of(risk) >= HOLD_AT]),
    ):
        print(f"{name}: precision {sum(caught) / len(caught):.3f}, recall {sum(caught) / spam:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
