"""What programs of the desk send of a story: which members there are, what each may be, and the desk's form of them.

All rules are those of the desk's own form (articles/forms.py), which gets what was sent as if somebody had typed it.
"""

from dataclasses import dataclass, field

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from articles import working_copies
from articles.admin.stories import known_to
from articles.api.answering import Refused
from articles.api.asking import MomentField, NamedField
from articles.api.sent import byline, decimal, flag, list_of, number, optional_text, text
from articles.forms import ArticleForm
from articles.models import Article, Author, Byline, Category, Picture
from articles.models.article import Status

TEXTS = (
    "kicker", "headline", "standfirst", "body", "slug", "slugline", "kind", "language", "headline_ideas",
    "search_title", "search_description", "share_title", "lead_alt", "lead_caption", "reviewed", "live_summary",
    "original_language", "source_title", "source_author", "source_publisher", "source_url", "source_licence",
    "source_note", "comments_policy",
)  # fmt: skip
MOMENTS = ("published_at", "updated_at", "expires_at", "live_ended_at", "due_at")
MEMBERS = {
    **dict.fromkeys(TEXTS, text),
    **dict.fromkeys(MOMENTS, optional_text),
    "lead_is_decorative": flag,
    "rating": decimal,
    "section": optional_text,
    "sections": list_of(text),
    "tags": list_of(text),
    "bylines": list_of(byline),
    "related": list_of(number),
    "lead_picture": optional_text,
    "translation_of": number,
    "assignee": optional_text,
    "note": text,
    "override": text,
}
# What the form calls otherwise.
FIELDS = {"section": "category", "sections": "categories"}
NAMES = {field: name for name, field in FIELDS.items()}
NO_FIELDS = ("bylines", "related")
# Constraints of the table that are about several members; a form asks only for those of which it has them all.
TOGETHER = {
    "article_expires_after_publication": {"published_at", "expires_at"},
    "article_is_no_translation_of_itself": {"translation_of"},
}


def checked(sent: dict, members: dict) -> dict:
    """Return what was sent, each member of its type. Raises Refused, naming those that are none of ours or wrong."""
    wrong, found = {}, {}
    for name, value in sent.items():
        if name not in members:
            wrong[name[:60]] = [f"There is no such member. Known are: {', '.join(members) or 'none'}."]
            continue
        try:
            found[name] = members[name](value)
        except ValueError as error:
            wrong[name] = [str(error)]
    if wrong:
        raise Refused(400, "Some of it cannot be taken. Nothing was saved.", errors=wrong)
    return found


@dataclass
class Rows:
    """Bylines or related stories, as the form takes them."""

    prefix: str
    rows: list
    unseen: list = field(default_factory=list)


class Sent(ArticleForm):
    """The desk's form of a story, of those members alone that were sent."""

    category = NamedField(Category.objects.all(), "section", required=False)
    categories = forms.ModelMultipleChoiceField(Category.objects.all(), required=False, to_field_name="slug")
    lead_picture = NamedField(Picture.objects.all(), "picture", "key", required=False)
    assignee = NamedField(get_user_model().objects.none(), "colleague", "username", required=False)
    translation_of = NamedField(Article.objects.none(), "story", "pk", required=False)
    published_at, updated_at, expires_at, live_ended_at, due_at = (MomentField(required=False) for _ in MOMENTS)

    class Meta(ArticleForm.Meta):
        fields = [FIELDS.get(name, name) for name in MEMBERS if name not in NO_FIELDS]
        widgets = {}

    def __init__(self, sent, *, user, article, version=None):
        self.user, self.sent_version, self.sent = user, version, sent
        data = {FIELDS.get(name, name): value for name, value in sent.items()}
        if "tags" in data:
            data["tags"] = ", ".join(data["tags"])
        super().__init__(data, instance=article)
        for name in ("headline", "slugline"):  # one of which there must be
            data.setdefault(name, getattr(self.instance, name))
        for name in self.fields.keys() - data.keys():
            del self.fields[name]
        if "translation_of" in self.fields:
            stays = Article.objects.filter(pk=self.instance.translation_of_id)
            self.fields["translation_of"].queryset = known_to(user) | stays

    def validate_unique(self):
        """Ask what the table says of two members together also where one of them was sent."""
        super().validate_unique()
        for constraint in Article._meta.constraints:
            if self.fields.keys() & TOGETHER.get(constraint.name, set()):
                try:
                    constraint.validate(Article, self.instance)
                except ValidationError as error:
                    self._update_errors(error)

    def newest_version(self):
        return working_copies.version(self.instance)

    def clean_tags(self):
        if comma := [name for name in self.sent["tags"] if "," in name]:
            raise ValidationError(f"A tag has no comma in it: “{comma[0][:60]}”.")
        return super().clean_tags()

    def clean(self):
        cleaned = super().clean()
        if self.instance.status == Status.PUBLISHED and not self.user.has_perm("articles.publish_article"):
            for name in {"published_at", "expires_at"} & cleaned.keys():
                self.add_error(name, "Only those who publish may change this of what is published.")
        original = self.instance.translation_of
        if original and "translation_of" not in cleaned and original.language == cleaned.get("language"):
            self.add_error("language", "That is the language of the story that it translates.")
        self.rows = []
        for name, read in (("bylines", self._bylines), ("related", self._related)):
            if name in self.sent:
                try:
                    self.rows.append(read(self.sent[name]))
                except ValidationError as error:
                    self.add_error(None, [ValidationError(message, code=name) for message in error.messages])
        return cleaned

    def _bylines(self, sent):
        authors = dict(Author.objects.filter(slug__in={slug for slug, _ in sent}).values_list("slug", "pk"))
        wrong = [f"There is no author “{slug}”." for slug, _ in sent if slug not in authors]
        wrong += [f"There is no role “{role}”." for _, role in sent if role not in Byline.Role.values]
        rows = [[authors.get(slug), role] for slug, role in sent]
        if len({*map(tuple, rows)}) < len(rows):
            wrong.append("Somebody is named twice in the same role.")
        if wrong:
            raise ValidationError(wrong)
        return Rows("bylines", rows)

    def _related(self, sent):
        """Related stories. Those that are there and that this person may not know of stay behind the others."""
        known = set(known_to(self.user).filter(pk__in=sent).values_list("pk", flat=True))
        wrong = [f"There is no story {pk}." for pk in sent if pk not in known]
        if self.instance.pk in sent:
            wrong.append("A story is not related to itself.")
        if wrong:
            raise ValidationError(wrong)
        there = working_copies.working_values(self.instance)["related"] if self.instance.pk else []
        seen = set(known_to(self.user).filter(pk__in=there).values_list("pk", flat=True))
        unseen = [pk for pk in there if pk not in seen]
        return Rows("related_choices", [[pk] for pk in dict.fromkeys(sent)], unseen)

    def problems(self) -> dict:
        """What is wrong, by member; what concerns none of them under its own name."""
        found = {}
        for key, errors in self.errors.as_data().items():
            for error in errors:
                name = NAMES.get(key, key)
                if key == NON_FIELD_ERRORS:
                    name = error.code if error.code in NO_FIELDS else "story"
                found.setdefault(name, []).extend(error.messages)
        return found
