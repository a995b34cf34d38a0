"""Measure how long the screening takes: a comment of 2,000 characters, and the worst texts of 10,000.

    .venv/bin/python bench/screening.py

Times are of the processor, the best of five, with 500 word rules and what was learned of 200 comments, on the database
of DATABASE_URL: a test database beside it, which is made and removed again.
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
import django  # noqa: E402

django.setup()
from django.db import connection  # noqa: E402

from comments.models import WordRule  # noqa: E402
from comments.rehearsal import screen_text  # noqa: E402
from comments.screening import classifier  # noqa: E402

SENTENCE = "The ferry was given up in 1974, and nobody asked us; who pays for the bridge (https://a.example/b)? "
WORST = {
    "single letters": "a ", "one letter": "a", "signs": "!", "letters and signs": "a!", "digits": "1 ",
    "accents": "é", "underscores": "i_", "brackets": "(", "stacked marks": "a\u0301", "Cyrillic": "ий ",
    "addresses": "http://", "links": "http://a.b/ ", "boxed letters": "🅸 ", "line ends": "\n", "words": "lorem ipsum ",
}  # fmt: skip


def rules():
    """Made-up words of two to ten letters."""
    for number in range(500):
        word = "".join(chr(97 + (number * place * 7 + place * 3 + number) % 26) for place in range(2, 4 + number % 9))
        yield WordRule(text=f"{word}{number:x}", kind="hold")


def different(start):
    """Words of which none comes twice, and many in the texts learned from."""
    return " ".join(f"word{chr(97 + number % 26)}{number + start:x}" for number in range(1_500))[:10_000]


def milliseconds(text):
    best = 9e9
    for _ in range(5):
        started = time.process_time()
        screen_text(text, "Charlie Reader", email="charlie@example.org")
        best = min(best, time.process_time() - started)
    return best * 1000


def main():
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        WordRule.objects.bulk_create(rules())
        classifier.learn((f"{SENTENCE} {different(number)}", number % 2 == 0) for number in range(200))
        print(f"{milliseconds((SENTENCE * 30)[:2000]):6.1f} ms  2,000 characters of sentences")
        print(f"{milliseconds(different(1)):6.1f} ms  10,000 characters: words that are all different")
        for text_of, text in WORST.items():
            print(f"{milliseconds((text * 10_000)[:10_000]):6.1f} ms  10,000 characters: {text_of}")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
