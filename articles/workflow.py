"""Where an article stands, and the steps from there: what the desk's buttons, lists, commands and log are made of.

Every step is taken by `take()`: it asks who may, asks what keeps the article back, moves it and writes the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from articles import checks, revisions, working_copies
from articles.checks import new_errors
from articles.models.article import Article, ArticleQuerySet, Status
from articles.models.category import Category, SectionEditor
from articles.models.transition import Transition
from articles.standing import Standing, in_words, log, made, standing

# -- whose section it is


def sections_of(user) -> frozenset[int] | None:
    """The sections this person has a say in, with those below them; None where it is all of them."""
    if not hasattr(user, "_sections_of"):
        own = Category.objects.filter(pk__in=SectionEditor.objects.filter(user=user).values("category"))
        found = {below.pk for section in own for below in section.descendants(include_self=True)}
        user._sections_of = frozenset(found) or None
    return user._sections_of


def has_a_say(user, category_id) -> bool:
    """Whether a section is among this person's; what is in no section yet is anybody's."""
    sections = sections_of(user)
    return sections is None or category_id is None or category_id in sections


def foreign_section(user, article, with_changes=False) -> int | None:
    """The section by which an article is not this person's, or None.

    With `with_changes` the one counts too that waiting changes bring it into.
    """
    if sections_of(user) is None:
        return None
    at_stake = [article.category_id]
    if with_changes and working_copies.is_out(article) and (copy := working_copies.of(article)):
        at_stake.append(working_copies.as_article(copy).category_id)
    return next((section for section in at_stake if not has_a_say(user, section)), None)


def not_among_yours(section) -> str:
    """Say that a section, by its number, is somebody else's, and whose."""
    section = Category.objects.filter(pk=section).first()
    if section is None:
        return "That section is gone."
    names = [name_of(editor) for editor in editors_of(section)]
    asked = f" Ask {' or '.join(names)}." if names else ""
    return f"“{section}” is not among your sections.{asked}"


def may_change(user, article) -> bool:
    """Whether this person may save the article, whatever then becomes of it."""
    if not user.has_perm("articles.change_article"):
        return False
    is_going_out = article.status == Status.PUBLISHED and is_ahead(article.published_at)
    if is_going_out and user.has_perm("articles.edit_any_article"):
        # What is saved of it goes out as it is, so it is for those who may publish it.
        return has_a_say(user, article.category_id)
    return Article.objects.editable_by(user).filter(pk=article.pk).exists()


def editors_of(category) -> list:
    """Those who are named for a section, or for one above it."""
    above = [category.pk, *category.ancestors().values_list("pk", flat=True)]
    named = SectionEditor.objects.filter(category__in=above, user__is_active=True).select_related("user")
    return list({editor.user_id: editor.user for editor in named}.values())


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


def waiting_for(user, articles: ArticleQuerySet) -> ArticleQuerySet:
    """What this person has in hand, and for editors what is in review and nobody has taken yet."""
    in_hand = Article.objects.filter(
        assignee=user, status__in=[Status.DRAFT, Status.REVIEW, Status.CHANGES, Status.APPROVED]
    )
    wanted = in_hand.order_by().values("pk")
    if user.has_perm("articles.publish_article"):
        untaken = Article.objects.filter(assignee=None, status=Status.REVIEW)
        if (sections := sections_of(user)) is not None:
            untaken = untaken.filter(Q(category__in=sections) | Q(category=None))
        # Each by its own index: of an OR of the two, SQLite reads every article once it has statistics.
        wanted = wanted.union(untaken.order_by().values("pk"), all=True)
    return articles.filter(pk__in=wanted)


# -- the steps


@dataclass(frozen=True)
class Step:
    """One move of an article: from where it may be made, by whom, and what the log says of it."""

    name: str
    label: str
    done: str
    sources: frozenset[Standing]
    permission: str
    run: Callable[[Article, Transition, datetime | None], None]
    goes_public: bool = False
    needs_note: bool = False

    @property
    def button(self):
        return f"_{self.name}"

    @property
    def asks_section(self):
        """Whether it is for those who have a say in the section."""
        return self.permission == "articles.publish_article"

    @property
    def is_update(self):
        """Whether it is for the changes of an article that readers have."""
        return self.name in ("update", "schedule_update")

    def is_open_to(self, user, article=None):
        """Whether this person may take the step; of an article in hand also whether its section is theirs."""
        if not user.has_perm(self.permission):
            return False
        if article is None or not self.asks_section:
            return True
        return foreign_section(user, article, with_changes=self.goes_public) is None

    def refusal(self, user, article):
        """Say in words who may take the step, where this person may not."""
        if self.name == "drop_changes" and (copy := working_copies.of(article)) and copy.goes_live_at:
            # Who may not take them off the schedule may not do so by dropping them.
            return step_named("unschedule_update").refusal(user, article)
        if self.is_open_to(user, article):
            return ""
        if not user.has_perm(self.permission):
            return f"Only editors can do this: {self.label.lower()}."
        return not_among_yours(foreign_section(user, article, with_changes=self.goes_public))

    def leads_from(self, article):
        return standing(article) in self.sources

    def errors(self, article, tags=None, at=None):
        """What the checks find wrong with an article that would go public by this step; see articles/checks/.

        Of an article that readers have, only what is new: a slip of long ago keeps no correction back. `at` is when
        its changes go live, now by default.
        """
        if not self.goes_public:
            return []
        if self.is_update:
            at = at if self.name == "schedule_update" and is_ahead(at) else timezone.now()
            return new_errors(article, working_copies.as_stored(article.pk), at, tags)
        return checks.errors(article, timezone.now() if self.name == "publish_now" else article.goes_out_at, tags)

    def objections(self, article, note="", tags=None, override="", at=None):
        """Return what keeps people from taking the step, by field.

        With `override`, a reason, an editor answers for what the checks find; what no published article may lack, and
        pictures whose rights have ended, stay in the way. What comes from elsewhere, by an import, is not asked.
        """
        if self.needs_note and not note.strip():
            return {"note": ["Say what should change."]}
        if self.name == "approve":
            return article.unusable_pictures(article.goes_out_at)
        if self.name == "send_to_review" and not article.headline:
            return {"headline": ["It is a plan still. Give it a headline first."]}
        if not self.goes_public:
            return {}
        if self.is_update:
            found = article.gaps()  # what is live goes on when the rights of its pictures have ended since
        else:
            found = article.obstacles(timezone.now() if self.name == "publish_now" else article.goes_out_at)
        if not override.strip():
            for error in self.errors(article, tags, at):
                if error.message not in found.get(error.field, []):
                    found[error.field] = [*found.get(error.field, []), error.message]
        return found

    def words(self, article):
        """What was done, once it is, as the history says it."""
        if self.name == "schedule_update" and (copy := working_copies.of(article)):
            return f"Changes set to go live on {in_words(copy.goes_live_at)}"
        if self.goes_public and not self.is_update and article.is_scheduled:
            return f"Scheduled for {in_words(article.published_at)}"
        return self.done


def is_ahead(moment):
    return moment is not None and moment > timezone.now()


def _publish(article, entry, at):
    working_copies.fold(article)
    article.publish(article.published_at if is_ahead(article.published_at) else None, entry)
    revisions.mark_live(article, entry.made_by)
    working_copies.forget_next_moment()


def _publish_now(article, entry, at):
    working_copies.fold(article)
    article.publish(timezone.now() if is_ahead(article.published_at) else None, entry)
    revisions.mark_live(article, entry.made_by)


def _take_down(article, entry, at):
    article.take_down(entry)
    working_copies.fold(article)
    revisions.record(article, entry.made_by)  # the last version may be of changes that were dropped
    revisions.forget_planned(article)


def _send_to_review(article, entry, at):
    if article.assignee_id and article.assignee_id == entry.made_by_id:
        article.assignee = None  # whoever of the editors takes it
    article.send_to_review(entry)


def _request_changes(article, entry, at):
    sent = article.transitions.filter(step="send_to_review").select_related("made_by").first()
    writer = sent.made_by if sent else article.created_by
    if article.assignee_id in (None, entry.made_by_id):
        article.assignee = writer
    article.request_changes(entry)


def _unschedule_update(article, entry, at):
    working_copies.unschedule(article)
    article.enter(entry)


def _drop_changes(article, entry, at):
    working_copies.discard(article)
    article.enter(entry)


S = Standing
UNFINISHED = frozenset({S.PLANNED, S.DRAFT, S.REVIEW, S.CHANGES, S.APPROVED})
STEPS = (
    Step(
        "send_to_review", "Send to review", "Sent to review", frozenset({S.PLANNED, S.DRAFT, S.CHANGES}),
        "articles.change_article", _send_to_review,
    ),
    Step(
        "request_changes", "Ask for changes", "Asked for changes", frozenset({S.REVIEW, S.APPROVED}),
        "articles.publish_article", _request_changes, needs_note=True,
    ),
    Step(
        "approve", "Approve", "Approved", frozenset({S.DRAFT, S.REVIEW, S.CHANGES}), "articles.publish_article",
        lambda article, entry, at: article.approve(entry),
    ),
    Step(
        "publish", "Publish", "Published", UNFINISHED | {S.EXPIRED, S.WITHDRAWN}, "articles.publish_article",
        _publish, goes_public=True,
    ),
    Step(
        "publish_now", "Publish now", "Published at once", UNFINISHED | {S.SCHEDULED, S.EXPIRED, S.WITHDRAWN},
        "articles.publish_article", _publish_now, goes_public=True,
    ),
    Step(
        "update", "Publish changes", "Published changes", frozenset({S.LIVE}), "articles.publish_article",
        lambda article, entry, at: working_copies.publish(article, entry=entry), goes_public=True,
    ),
    Step(
        "schedule_update", "Schedule changes", "Changes scheduled", frozenset({S.LIVE}), "articles.publish_article",
        lambda article, entry, at: working_copies.schedule(article, at, entry=entry), goes_public=True,
    ),
    Step(
        "unschedule_update", "Take changes off the schedule", "Took changes off the schedule", frozenset({S.LIVE}),
        "articles.publish_article", _unschedule_update,
    ),
    Step(
        "drop_changes", "Drop changes", "Dropped changes", frozenset({S.LIVE, S.EXPIRED}), "articles.change_article",
        _drop_changes,
    ),
    Step(
        "return_to_draft", "Back to draft", "Returned to draft",
        frozenset({S.REVIEW, S.CHANGES, S.APPROVED, S.WITHDRAWN, S.ARCHIVED}), "articles.change_article",
        lambda article, entry, at: article.return_to_draft(entry),
    ),
    Step(
        "take_down", "Take down", "Taken down", frozenset({S.LIVE, S.SCHEDULED, S.EXPIRED}),
        "articles.publish_article", _take_down,
    ),
    Step(
        "archive", "Archive", "Archived", UNFINISHED | {S.WITHDRAWN}, "articles.publish_article",
        lambda article, entry, at: article.archive(entry),
    ),
)  # fmt: skip


def steps(article: Article, user, among=STEPS) -> list[Step]:
    """The steps this person may take from where the article stands. Asks nothing about whose article it is."""
    return [step for step in among if step.leads_from(article) and step.is_open_to(user, article)]


def step_named(name: str) -> Step:
    return next(step for step in STEPS if step.name == name)


# -- the verbs


@transaction.atomic
def take(step: Step | str, article: Article, by=None, note="", at=None, override="", is_asked=False):
    """Take a step with an article and write it into the log, with the note for whoever has the article next.

    Without `by` it is the newsroom itself that acts: a command, the shell. Raises PermissionDenied where this person
    may not, and ValidationError, by field, with what has to be mended first or with what somebody else did meanwhile.
    `at` is when scheduled changes go live; `override` is why it goes out although a check says no, and is logged.
    Whoever says `is_asked` has asked what keeps the step back, of the same words and in the same transaction.
    """
    step = step_named(step) if isinstance(step, str) else step
    locked = Article.objects.select_for_update(of=("self",)).filter(pk=article.pk)
    status, section = locked.values_list("status", "category").get()
    if by is not None and (refusal := step.refusal(by, article)):
        raise PermissionDenied(refusal)
    if by is not None and step.asks_section and not has_a_say(by, section):
        raise PermissionDenied(not_among_yours(section))
    if status != article.status or not step.leads_from(article):
        raise ValidationError(f"“{article}” is {standing(article).label.lower()}. Look again.")
    overridden = ""
    if not is_asked or override.strip():
        copy = working_copies.of(article) if step.goes_public else None
        wanted = working_copies.as_article(copy) if copy else article
        tags = copy.changes.get("tags") if copy else None
        if objections := step.objections(wanted, note, tags, override, at):
            raise ValidationError(objections)
        overridden = in_spite_of(step.errors(wanted, tags, at), override) if override.strip() else ""
    entry = made(step.name, by, step.done, note=note, override=overridden)
    step.run(article, entry, at)
    return entry


def in_spite_of(errors, reason: str) -> str:
    """What the log says of errors that somebody answers for; nothing where there are none."""
    return "\n".join([f"In spite of the checks: {reason.strip()}", *(one.message for one in errors)]) if errors else ""


@transaction.atomic
def assign(article: Article, to, by=None, due_at=None, note=""):
    """Give an article to somebody, or to nobody in particular, until a moment or without one."""
    article.assignee, article.due_at = to, due_at
    article.save(update_fields=["assignee", "due_at", "modified_at"])
    return log("assign", article, by, words_of_assignment(article), note=note)


@transaction.atomic
def reschedule(article: Article, at, by=None):
    """Have an article go out at another moment, and write that into its log.

    Of one that is scheduled, what would keep it back at the new moment does; scheduled changes of a live one move
    likewise. Raises PermissionDenied and ValidationError as `take` does.
    """
    article.refresh_from_db(from_queryset=Article.objects.select_for_update(of=("self",)))
    where, copy = standing(article), working_copies.of(article)
    if where == S.LIVE and copy and copy.goes_live_at:
        return take("schedule_update", article, by, at=at)
    if where not in UNFINISHED | {S.SCHEDULED}:
        raise ValidationError(f"“{article}” is {where.label.lower()}. Look again.")
    if at and article.expires_at and article.expires_at <= at:
        raise ValidationError({"published_at": [f"It expires on {in_words(article.expires_at)}, before that."]})
    if where == S.SCHEDULED:
        publish = step_named("publish")
        if by is not None and (refusal := publish.refusal(by, article)):
            raise PermissionDenied(refusal)
        if not is_ahead(at):
            raise ValidationError({"published_at": ["Give a moment that lies ahead."]})
        known = {checks.known_by(one) for one in publish.errors(article) if not one.has_failed}
        article.published_at = at
        new = [one for one in publish.errors(article) if checks.known_by(one) not in known]
        if found := article.obstacles(at) or {one.field: [one.message] for one in new}:
            raise ValidationError(found)
    words = f"Moved to {in_words(at)}" if at else "Taken out of the calendar"
    values = working_copies.working_values(article) | {"published_at": at and at.astimezone(UTC).isoformat()}
    working_copies.keep(article, values, by, words, is_asked=True)
    working_copies.forget_next_moment()
    return log("reschedule", article, by, words)


@transaction.atomic
def expire(article: Article, at, by=None):
    """Have what is live or scheduled leave the site at a moment to come, or stay, and write that into its log.

    Raises PermissionDenied and ValidationError as `take` does.
    """
    article.refresh_from_db(from_queryset=Article.objects.select_for_update(of=("self",)))
    if by is not None and (refusal := step_named("take_down").refusal(by, article)):
        raise PermissionDenied(refusal)
    if standing(article) not in (S.LIVE, S.SCHEDULED):
        raise ValidationError(f"“{article}” is {standing(article).label.lower()}. Look again.")
    if at and at <= max(article.published_at, timezone.now()):
        raise ValidationError({"expires_at": ["Give a moment that lies ahead, after it goes out."]})
    words = f"Leaves the site on {in_words(at)}" if at else "Stays on the site"
    values = {"expires_at": at and at.astimezone(UTC).isoformat()}
    working_copies.revise(article, lambda now, waits: values, by, words)
    return log("expire", article, by, words)


@transaction.atomic
def duplicate(article: Article, by) -> Article:
    """Return a new draft with what the desk has of an article; dates, address and what happened to it stay behind."""
    values = {
        name: value for name, value in working_copies.working_values(article).items() if name not in revisions.COURSE
    }
    copy = Article(created_by=by, slugline=article.slugline)
    revisions.apply(copy, {"headline": values["headline"]})
    revisions.apply(copy, values)
    revisions.record(copy, by, f"Made of “{article}”")
    log("duplicate", copy, by, f"Made of “{article}”")
    return copy


def words_of_assignment(article):
    given = f"Given to {name_of(article.assignee)}" if article.assignee else "Given to nobody in particular"
    return f"{given}, due {in_words(article.due_at)}" if article.due_at else given
