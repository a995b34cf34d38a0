"""What programs send: read with suspicion, and refused in words that name what is wrong."""

import json

from django.core.exceptions import RequestDataTooBig
from django.http import UnreadablePostError

from articles.api.answering import Refused


def json_sent(request, may_be_empty=False) -> dict:
    """Return the object that was sent. Raises Refused where it is none."""
    if may_be_empty and request.META.get("CONTENT_LENGTH") in (None, "", "0"):
        return {}
    if request.content_type != "application/json":
        raise Refused(415, f"Send application/json; this was {request.content_type[:60] or 'nothing said'}.")
    try:
        text = request.body.decode("utf-8")
    except RequestDataTooBig as error:
        raise Refused(413, "That is more than can be taken at once. Nothing of it was kept.") from error
    except UnreadablePostError as error:
        raise Refused(400, "It broke off on its way.") from error
    except UnicodeDecodeError as error:
        raise Refused(400, f"It is not UTF-8, from byte {error.start} on.") from error
    try:
        sent = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Refused(400, f"It is not JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise Refused(400, "It is nested too deeply.") from error
    except ValueError as error:  # a number of thousands of digits, or one of the refusals below
        raise Refused(400, f"It is not JSON that can be taken: {str(error)[:200]}.") from error
    if not isinstance(sent, dict):
        raise Refused(400, "Send an object, in braces.")
    return sent


def _each_once(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member is there twice")
    return found


def _no_number(name):
    raise ValueError(f"{name} is no number")


# -- members; each function returns what was sent where it has the right type, and raises ValueError in words otherwise


def text(value):
    if not isinstance(value, str):
        raise ValueError("Send a text.")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("It has characters that no text has: a null character or half of a pair.")
    return value


def flag(value):
    if not isinstance(value, bool):
        raise ValueError("Send true or false.")
    return value


def number(value):
    """A row's number, or null."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63):
        raise ValueError("Send the number of a story, or null.")
    return value


def decimal(value):
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise ValueError("Send a number, or null.")
    return None if value is None else str(value)


def optional_text(value):
    return None if value is None else text(value)


def list_of(kind):
    def checked(value):
        if not isinstance(value, list) or len(value) > 200:
            raise ValueError("Send a list, of 200 at most.")
        return [kind(one) for one in value]

    return checked


def byline(value):
    if not isinstance(value, dict) or not {"author"} <= value.keys() <= {"author", "role"}:
        raise ValueError('A byline is {"author": SLUG, "role": ROLE}.')
    return text(value["author"]), text(value.get("role", "writer"))
