import json
import sys
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from articles.models.site import CommentsPolicy
from comments.gates import HARD_LIMIT
from comments.models.example import MODES
from comments.rehearsal import screen_text


class Command(BaseCommand):
    help = (
        "Screen comments and store nothing. Reads a JSON object a line, as in"
        ' {"name": "Ann", "body": "Well said", "email": "", "is_known": true}; "body" is needed, the rest is not.'
        " Prints a line of JSON each: line, status, risk, sentence, signals."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="a file of JSON Lines, or - for what comes in")
        parser.add_argument("--mode", choices=MODES, default=CommentsPolicy.RISK, help="how comments are let in")

    def handle(self, *, file, mode, **options):
        if file == "-":
            self.screen(sys.stdin.buffer, mode)
            return
        try:
            with open(file, "rb") as lines:
                self.screen(lines, mode)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error

    def screen(self, lines, mode):
        wrong = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                told = read(line)
            except ValueError as error:
                wrong += 1
                self.stderr.write(f"Line {number}: {error}")
                continue
            screening = screen_text(mode=mode, **told)
            answer = {
                "line": number, "status": screening.status, "risk": screening.risk, "sentence": screening.sentence,
                "signals": [asdict(signal) for signal in screening.signals],
            }  # fmt: skip
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if wrong:
            raise CommandError(f"{wrong} of the lines could not be read; the others were screened.")


def read(line: bytes) -> dict:
    """Return the comment a line tells. Raises ValueError with what is wrong, in the user's words."""
    try:
        told = json.loads(line)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError("this is no JSON.") from error
    if not isinstance(told, dict):
        raise ValueError("this is no JSON object.")
    comment = {name: told[name] for name in ("name", "body", "email") if told.get(name) is not None}
    if not isinstance(comment.get("body"), str):
        raise ValueError("a comment needs a “body”, which is text.")
    for name, value in comment.items():
        if not isinstance(value, str):
            raise ValueError(f"“{name}” is no text.")
    if len(comment["body"]) > HARD_LIMIT:
        raise ValueError(f"the body is {len(comment['body']):,} characters long; {HARD_LIMIT:,} are looked at.")
    if told.get("is_known") is not None:
        if not isinstance(told["is_known"], bool):
            raise ValueError("“is_known” is true or false.")
        comment["is_known"] = told["is_known"]
    return comment
