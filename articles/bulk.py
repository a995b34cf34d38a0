"""Many articles changed at once, and such a change taken back: exactly what it did, and nothing done since."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles import working_copies
from articles.models import Article, BulkChange, Category
from articles.models.article import Status
from articles.workflow import has_a_say


def may_amend(user, article, *sections) -> bool:
    """Whether somebody who may change an article may so where it is published: in sections that are all theirs."""
    if article.status != Status.PUBLISHED:
        return True
    return user.has_perm("articles.publish_article") and all(
        has_a_say(user, section) for section in {article.category_id, *sections}
    )


def amend(article, values, tags, by, note) -> dict:
    """Change what is stored and what waits in the working copy alike; return what each was and is."""
    line = {"article": article.pk, "stored": None, "waiting": None}

    def alter(now, waits):
        wanted = values | ({"tags": sorted({*now["tags"], *tags})} if tags else {})
        line["waiting" if waits else "stored"] = [{name: now[name] for name in wanted}, wanted]
        return wanted

    working_copies.revise(article, alter, by, note)
    return line


def undo(change: BulkChange, by) -> tuple[list[Article], list[str]]:
    """Take a change back; return the articles that have what they had, and why the others were left alone.

    A section that was chosen anew since stays, and of tags only those go that the change brought.
    """
    if not BulkChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=timezone.now()):
        return [], ["That was taken back already."]
    keys = [line["article"] for line in change.lines]
    editable = Article.objects.editable_by(by).in_bulk(keys)
    former = {was["category"] for line in change.lines for was in _was(line) if was.get("category")}
    there = {None, *Category.objects.filter(pk__in=former).values_list("pk", flat=True)}
    done, left = [], []
    for line in change.lines:
        article = editable.get(line["article"])
        if article is None:
            left.append("One article is gone, or not yours to change.")
        elif not may_amend(by, article, line["stored"][0].get("category")):
            left.append(f"“{article}” was left alone. Its section, or the former one, is not among yours.")
        elif any(was.get("category") not in there for was in _was(line)):
            left.append(f"“{article}” was left alone: the section it came from is gone.")
        elif why_not := _undo_one(article, line, by, change):
            left.append(f"“{article}” was left alone. {why_not}")
        else:
            done.append(article)
    return done, left


def _was(line):
    """What an article had before, as it was stored and in the working copy."""
    return [part[0] for part in (line["stored"], line["waiting"]) if part]


def _undo_one(article, line, by, change) -> str:
    """Undo it in one article; return in words why not."""
    changed = []

    def alter(now, waits):
        wanted = _reversed(now, *(line["waiting"] if waits and line["waiting"] else line["stored"]))
        changed.extend(wanted)
        return wanted

    try:
        with transaction.atomic():
            working_copies.revise(article, alter, by, f"Took back: {change}")
    except IntegrityError:  # published since, and it had no section before
        changed = []
    except ValidationError as error:
        return " ".join(error.messages)
    return "" if changed else "It was changed since."


def _reversed(now, before, after):
    """What of `now` has to change so that what made `after` of `before` is undone."""
    wanted = {}
    for name in after:
        if name == "tags":
            brought = {tag.casefold() for tag in after["tags"]} - {tag.casefold() for tag in before["tags"]}
            wanted["tags"] = [tag for tag in now["tags"] if tag.casefold() not in brought]
        elif now[name] == after[name]:
            wanted[name] = before[name]
    return {name: value for name, value in wanted.items() if value != now[name]}
