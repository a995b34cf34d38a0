"""Notes in the margin: to write one, answer, resolve it, and find its passage again in a text that has changed."""

import os.path
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils import timezone

from articles import working_copies
from articles.models import Article, Note
from articles.standing import log
from newsroom import html

AROUND = 60  # characters kept of what stands before and after a passage
GIVEN = ("article", "parent", "share", "made_by", "resolved_by", "resolved_at")  # typed by nobody
FIELDS = ("headline", "standfirst", "body")  # what may be noted on
ENOUGH = 24  # of those that must be found where the passage itself was changed


@dataclass
class Place:
    """Where the passage of a note stands now: in which field, and how it reads there."""

    field: str
    words: str
    start: int
    is_changed: bool = False


@dataclass
class Thread:
    note: Note
    replies: list[Note]
    place: Place | None

    @property
    def reply_field(self):
        return f"reply_{self.note.pk}"

    @property
    def is_lost(self):
        return bool(self.note.quote) and self.place is None


def texts_of(article: Article) -> dict[str, str]:
    """What may be noted on, by field, as it is read."""
    return {
        "body": html.text(article.body),
        "standfirst": _squeezed(article.standfirst),
        "headline": _squeezed(article.headline),
    }


def texts_at_the_desk(article: Article) -> dict[str, str]:
    copy = working_copies.of(article)
    return texts_of(working_copies.as_article(copy) if copy else article)


def find(note: Note, texts: dict[str, str]) -> Place | None:
    """Return where the passage stands: of several the one that stands most like it did, or what was made of it."""
    if not note.quote:
        return None
    best, liking = None, -1
    for field, text in texts.items():
        start = text.find(note.quote)
        while start >= 0:
            end = start + len(note.quote)
            alike = _alike(text[max(0, start - 2 * AROUND) : start][::-1], note.before[::-1])
            alike += _alike(text[end : end + 2 * AROUND], note.after)
            if alike > liking:
                best, liking = Place(field, note.quote, start), alike
            start = text.find(note.quote, start + 1)
    return best or _between(note, texts)


def _between(note, texts):
    """What stands now between the words that stood around the passage, unless those are gone as well."""
    before, after = note.before[-ENOUGH:], note.after[:ENOUGH]
    if len(before) + len(after) < ENOUGH:
        return None
    for field, text in texts.items():
        if before not in text:
            continue
        start = text.index(before) + len(before)
        end = text.find(after, start) if after else len(text)
        if 0 <= end - start <= 2 * len(note.quote) + AROUND and (words := text[start:end].strip()):
            return Place(field, words, start, is_changed=True)
    return None


def _alike(text, remembered):
    """How many characters two texts have in common from their beginnings on; browsers know other spaces."""
    return len(os.path.commonprefix(["".join(text.split()), "".join(remembered.split())]))


def _squeezed(words):
    return " ".join(words.split())


def threads(article: Article, texts: dict[str, str], **only) -> list[Thread]:
    """Return the notes on an article with their answers, in the order of the text; two queries."""
    notes = article.notes.threads().filter(**only).select_related("made_by", "share", "resolved_by")
    notes = notes.prefetch_related(Prefetch("replies", Note.objects.select_related("made_by", "share")))
    found = [Thread(note, list(note.replies.all()), find(note, texts)) for note in notes]
    return sorted(found, key=lambda one: (FIELDS.index(one.place.field), one.place.start) if one.place else (9, 0))


def add(article: Article, text: str, by=None, *, share=None, quote="", before="", texts=None) -> Note:
    """Write a note on a passage, or without one on the article as a whole.

    `before` is what stands before the passage, where its words occur more than once; `texts` is what the passage is in
    where that is not stored yet. Raises ValidationError, by field, in words.
    """
    texts = texts or texts_at_the_desk(article)
    note = Note(article=article, text=text.strip(), made_by=by, share=share, quote=_squeezed(quote))
    if len(note.quote) > 500:
        raise ValidationError({"quote": ["The passage is too long: choose at most 500 characters of it."]})
    note.before = before[-AROUND:].replace("\0", "")
    if note.quote:
        place = find(note, texts)
        if place is None or place.is_changed:
            raise ValidationError(
                {"quote": ["These words are not in the text. Copy them as they stand there, or leave the passage out."]}
            )
        whole, end = texts[place.field], place.start + len(note.quote)
        note.before, note.after = whole[max(0, place.start - AROUND) : place.start], whole[end : end + AROUND]
    note.full_clean(exclude=GIVEN)
    note.save()
    return note


def reply(note: Note, text: str, by=None, *, share=None) -> Note:
    answer = Note(article_id=note.article_id, parent=note, text=text.strip(), made_by=by, share=share)
    answer.full_clean(exclude=GIVEN)
    answer.save()
    return answer


def resolve(note: Note, by):
    """Say that nothing more is to be done; who was quicker stays named."""
    if note.article.notes.open().filter(pk=note.pk).update(resolved_at=timezone.now(), resolved_by=by):
        log("note_resolved", note.article, by, f"Resolved the note “{note}”")


def reopen(note: Note, by):
    resolved = note.article.notes.threads().filter(pk=note.pk, resolved_at__isnull=False)
    if resolved.update(resolved_at=None, resolved_by=None):
        log("note_reopened", note.article, by, f"Opened the note “{note}” again")
