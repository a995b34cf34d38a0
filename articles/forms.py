"""The desk's forms."""

import json

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import SimpleLazyObject, cached_property

from articles import comparing, revisions, working_copies
from articles.models import Article, Author, Category, Picture, Tag
from articles.models.article import Status, count_words
from articles.models.site import CommentsPolicy
from articles.passages import merged
from articles.standing import Standing
from articles.widgets import MomentField, PictureWidget, RowField, RowsField, TagsField
from articles.workflow import has_a_say, in_spite_of, is_ahead, name_of, new_errors, standing
from newsroom import html

IN_HAND = ("slugline", "assignee", "due_at")  # of no version: they say who works, not what is written
# How much of a text is seen elsewhere, and where.
LENGTHS = {
    "headline": (110, "share cards show"),
    "standfirst": (160, "search results and share cards show"),
    "search_title": (60, "search results show"),
    "search_description": (160, "search results show"),
    "share_title": (110, "share cards show"),
}
WRITING = {"autocomplete": "off", "spellcheck": "true"}


def usable(form, name):
    """Return the picture that a field of the form names; one newly chosen that may not be shown is refused."""
    picture = form.cleaned_data[name]
    if picture and name in form.changed_data and not picture.is_usable():
        raise forms.ValidationError(f"{picture.refusal()} Choose another.")
    return picture


class SectionLabels:
    def label_from_instance(self, category):
        return "\u2003" * getattr(category, "tree_depth", 0) + category.name


class SectionField(SectionLabels, RowField):
    """A section, chosen from the tree."""


class SectionsField(SectionLabels, RowsField):
    """Any number of sections, chosen from the tree."""


class PersonField(RowField):
    """Somebody at the desk, by the name the others know."""

    def label_from_instance(self, user):
        return name_of(user)


class ArticleForm(forms.ModelForm):
    """What is written and filed. The status is not in it: the buttons are `step`, and `user` presses them."""

    user = None
    step = None
    working_copy = None  # what waits to be published, where readers have the article
    is_out = False
    stands = None
    stored_section = None  # where readers find it, whatever waits
    sent_version = None  # the version that the text was begun from, as the form says; None where it does not say
    seen_version = None  # the version of somebody else that this person has been told of
    keeps_both = False  # whether what was changed there is to be taken in
    kept = None  # a text in no version, as the form would be sent, to begin with
    conflict = None
    is_overridable = False  # whether nothing but checks keeps it back
    overridden = ""  # what the log says where somebody answered for what a plain saving lets out
    shown_in_hand = ""  # what the form showed of who has the article, as in_hand_of() writes it
    before = {}  # what the form began with, as a snapshot says it

    lead_picture = RowField(Picture.objects.all(), widget=PictureWidget(asks_for_words=True), required=False)
    tags = TagsField(required=False, help_text="Separate with commas. A new name makes a new tag.")
    assignee = PersonField(
        get_user_model().objects.none(), label="With", required=False, empty_label="Nobody in particular"
    )
    note = forms.CharField(
        label="Note",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "For whoever has it next"}),
    )

    override = forms.CharField(max_length=300, required=False)  # shown with the errors it is about
    update_at = MomentField(
        label="Changes go live",
        required=False,
        help_text="For “Schedule changes”. Until then readers see none of them.",
    )

    class Meta:
        model = Article
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 1, "placeholder": "Headline", "data-one-line": True, **WRITING}),
            "standfirst": forms.Textarea(attrs={"rows": 2, "placeholder": "Standfirst", **WRITING}),
            "kicker": forms.TextInput(attrs={"placeholder": "Kicker"}),
            "source_note": forms.Textarea(attrs={"rows": 2}),
            "headline_ideas": forms.Textarea(attrs={"rows": 3}),
            "search_description": forms.Textarea(attrs={"rows": 3}),
            "rating": forms.NumberInput(attrs={"min": "0", "max": "5", "step": "0.5"}),
            "lead_alt": forms.Textarea(attrs={"rows": 3}),
            "lead_caption": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {"lead_alt": "Description", "lead_is_decorative": "Decoration only", "lead_caption": "Caption"}

    def __init__(self, *args, **kwargs):
        instance = kwargs.get("instance")
        if instance is not None and instance.pk:
            kwargs["initial"] = (kwargs.get("initial") or {}) | self._take_up(instance)
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if "update_at" in self.fields and self.working_copy:
            self.initial["update_at"] = self.working_copy.goes_live_at
        if "assignee" in self.fields:
            people = get_user_model().objects.filter(Q(is_active=True, is_staff=True) | Q(pk=self.instance.assignee_id))
            self.fields["assignee"].queryset = people.order_by("first_name", "last_name", "username")
        if self.kept is not None and not self.is_bound:
            self.initial |= {
                name: field.widget.value_from_datadict(self.kept, {}, self.add_prefix(name))
                for name, field in self.fields.items()
            }
        for name, (limit, shown) in LENGTHS.items():
            if name in self.fields:
                # Counted here, and by static/desk/lengths.js while somebody types.
                shown_field = self[name]
                length = len(str(shown_field.value() or "").strip())
                self.fields[name].widget.attrs |= {"data-length": limit, "data-shown": shown}
                shown_field.help_text = f"{length} character{'' if length == 1 else 's'}; {shown} about {limit}."
        direction = self.instance.direction
        for name in ("headline", "standfirst", "kicker", "body"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {"dir": direction, "lang": self.instance.language}
        if self.instance.translation_of_id and "translation_of" in self.fields:
            # What an editor chose stays, even where the writer could not choose it.
            chosen = Article.objects.filter(pk=self.instance.translation_of_id)
            self.fields["translation_of"].queryset |= chosen
        if "lead_picture" in self.fields:
            self.fields["lead_picture"].widget.known = self.instance.lead_picture
        if "category" in self.fields and "categories" in self.fields:
            # Both offer the same sections, which are read once, and only where they are shown.
            section, further = self.fields["category"], self.fields["categories"]
            rows = SimpleLazyObject(lambda: [(one.pk, section.label_from_instance(one)) for one in section.queryset])
            section.choices, further.choices = lambda: [("", section.empty_label), *rows], lambda: list(rows)
        if self.instance.lead_picture_id and "lead_alt" in self.fields:
            # What is used where nothing is written.
            self.fields["lead_alt"].widget.attrs["placeholder"] = self.instance.lead_picture.alt
            self.fields["lead_caption"].widget.attrs["placeholder"] = self.instance.lead_picture.caption

    def _take_up(self, article):
        """Put what waits in the working copy into the article in hand; return what else the form begins with."""
        self.stands, self.stored_section = standing(article), article.category_id
        self.is_out = working_copies.is_out(article)
        self.working_copy = article.desk_copy = working_copies.of(article) if self.is_out else None
        changes = self.working_copy.changes if self.working_copy else {}
        revisions.put(article, changes)
        if "body" in changes:
            article.word_count = count_words(html.text(article.body))
        self.before = revisions.plain_values(article)
        initial = {}
        if "categories" in changes:
            initial["categories"] = changes["categories"]
        if "tags" in changes:
            initial["tags"] = [Tag(name=name) for name in changes["tags"]]
        return initial

    @cached_property
    def changed_data(self):
        """The fields that this person changed. What somebody else has changed of IN_HAND since is not among them."""
        names = [name for name in super().changed_data if name != "override"]  # which is of no article
        return [name for name in names if name not in IN_HAND or not self._is_as_shown(name)]

    def _is_as_shown(self, name):
        try:
            shown = json.loads(self.shown_in_hand)[name]
            shown = parse_datetime(shown) if name == "due_at" and shown else shown
        except (ValueError, TypeError, KeyError):
            return False  # an older form, or none of ours: it counts as it was sent
        return not self.fields[name].has_changed(shown, self[name].data)

    def values(self, formsets):
        """What was sent, as a snapshot; nothing is stored."""
        # A field may show less than is stored, of a moment no fractions of a second: what was not touched stays.
        untouched = {name: self.before[name] for name in self.before if name not in self.changed_data}
        cleaned, plain, lists = self.cleaned_data, revisions.plain_values(self.instance) | untouched, {}
        if "categories" in cleaned:
            lists["categories"] = sorted(category.pk for category in cleaned["categories"])
        if "tags" in cleaned:
            known = {tag.name.casefold(): tag.name for tag in Tag.objects.filter(_named(cleaned["tags"]))}
            lists["tags"] = sorted(known.get(name.casefold(), name) for name in cleaned["tags"])
        for formset in formsets:
            if formset.prefix == "bylines":
                lists["bylines"] = formset.rows
            elif formset.prefix == "related_choices":
                lists["related"] = [other for (other,) in formset.rows] + formset.unseen
        return plain | lists

    def clean_translation_of(self):
        original = self.cleaned_data["translation_of"]
        if original is None or "translation_of" not in self.changed_data:
            return original
        if original.translation_of_id:
            raise forms.ValidationError("That story is a translation itself. Choose its original.")
        if self.instance.pk and self.instance.translations.exists():
            raise forms.ValidationError("This story has translations, so it cannot be one.")
        if original.language == self.cleaned_data.get("language", self.instance.language):
            raise forms.ValidationError("Both stories are in the same language. Choose a language for this one first.")
        return original

    def clean_headline(self):
        return " ".join(self.cleaned_data["headline"].split())

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("headline") and not cleaned.get("slugline") and "headline" not in self.errors:
            self.add_error("headline", "Give it a headline, or a slug line as long as it is a plan.")
        return cleaned

    def clean_tags(self):
        names = self.cleaned_data["tags"]
        if not self.user.has_perm("articles.add_tag"):
            known = {name.casefold() for name in Tag.objects.values_list("name", flat=True)}
            if unknown := [name for name in names if name.casefold() not in known]:
                raise forms.ValidationError(f"There is no tag “{unknown[0]}”. An editor can make it.")
        return names

    def _post_clean(self):
        article = self.instance
        if article.pk:
            waiting = self.working_copy.changes if self.working_copy else ()
            article.touched = {*self.changed_data, *waiting}
        super()._post_clean()
        self._check_version()
        # A plan becomes a draft with the headline that was just given; all else follows from what is stored.
        stands = standing(article) if article.status == Status.DRAFT else self.stands
        if self.step is not None and stands not in self.step.sources:
            self.add_error(None, f"Somebody was quicker: this article is {stands.label.lower()} already. Look again.")
        if self.step is not None and self.step.asks_section and not self._has_a_say():
            self.add_error(None, self.step.refusal(self.user, article) or "Its section is not among yours.")
        elif self.step is not None and (refusal := self.step.refusal(self.user, article)):
            self.add_error(None, refusal)
        # What readers have is changed in a working copy, which need not be fit for them yet.
        is_apart = self.step is None and self.is_out
        stays_public = (
            article.status == Status.PUBLISHED and not is_apart and (self.step is None or self.step.goes_public)
        )
        if self.step is not None and self.step.name == "schedule_update":
            self._check_update_at()
        if self.step is not None and self.step.name == "update" and "update_at" in self.changed_data:
            self._check_is_meant_now()
        if self.step is None and self._goes_out_by_itself() and not self._has_a_say():
            what = "It goes out by itself" if self.stands == Standing.SCHEDULED else "Its changes go live by themselves"
            self.add_error(None, f"{what}, and its section is not among yours.")
        if self.step is not None:
            self._add_messages(self._objections(article))
        elif stays_public:
            self._add_messages(article.gaps())
        if self.step is None and self._goes_out_by_itself() and not self.errors:
            self._check_what_goes_out(article)
        self._add_messages(self._news_about_pictures(stays_public))
        if self.step is None and self.stands == Standing.SCHEDULED and "published_at" in self.changed_data:
            self._check_stays_ahead(article)
        if stays_public and article.published_at is None and "published_at" in self.fields:
            self.add_error(
                "published_at", "It is published, so it needs a date. To take it off the site, take it down."
            )
        if self.step is not None and self.step.goes_public and not self.step.is_update and not self.errors:
            self._check_expiry(article)

    def _goes_out_by_itself(self):
        """Whether what is saved reaches readers at a moment, with nobody asked again."""
        return self.stands == Standing.SCHEDULED or bool(self.working_copy and self.working_copy.goes_live_at)

    def _check_what_goes_out(self, article):
        """Have a plain saving bring nothing that a check objects to into what goes out by itself, or answer for it."""
        copy = self.working_copy
        before = working_copies.as_article(copy) if copy else working_copies.as_stored(article.pk)
        at = copy.goes_live_at if copy else article.goes_out_at
        errors = new_errors(
            article, before, at, self.cleaned_data.get("tags"), copy.changes.get("tags") if copy else None
        )
        reason = self.cleaned_data.get("override", "")
        if reason.strip() and self.user.has_perm("articles.publish_article"):
            self.overridden = in_spite_of(errors, reason)
            return
        for error in errors:
            self._add_messages({error.field: [error.message]})
        self.is_overridable = bool(errors) and self.user.has_perm("articles.publish_article")

    def _objections(self, article):
        note, tags = self.cleaned_data.get("note", ""), self.cleaned_data.get("tags")
        at = self.cleaned_data.get("update_at")
        found = self.step.objections(article, note, tags, self.cleaned_data.get("override", ""), at)
        # What an editor may answer for is all that is left once the checks are put aside.
        self.is_overridable = bool(found) and not self.step.objections(article, note, tags, "asked", at)
        return found

    def _check_version(self):
        """Save over nobody's text: whoever did not know of a newer version is told of it first."""
        if self.sent_version is None or not self.instance.pk:
            return
        newest = self.newest_version()
        number = newest.number if newest else 0
        if newest is None or number == self.sent_version or (number == self.seen_version and not self.keeps_both):
            return
        base = self.instance.revisions.filter(number=max(1, self.sent_version)).first()
        theirs, begun = newest.snapshot, base.snapshot if base else {}
        changed = {name for name in theirs if theirs[name] != begun.get(name)}
        if not changed:
            return  # it was only given to somebody, or its first version was taken
        both = {name for name in changed & self.changed_against(begun) if not self._merges(name, begun, theirs)}
        if number == self.seen_version and not both:
            return
        self.conflict = {
            "newest": newest,
            "base": base and base.number,
            "theirs": [
                comparing.told(name, begun.get(name), theirs[name]) for name in comparing.ORDER if name in changed
            ],
            "both": [comparing.label(name) for name in comparing.ORDER if name in both],
        }
        who = name_of(newest.made_by) if newest.made_by else "Somebody"
        self.add_error(None, f"{who} saved {newest} while you wrote. Yours is below: decide what becomes of it.")

    def _merges(self, name, begun, theirs):
        """Whether a text was changed in other passages there than here."""
        if name not in comparing.TEXTS:
            return False
        return merged(begun.get(name, ""), getattr(self.instance, name), theirs[name]) is not None

    def newest_version(self):
        """The version that nobody may save over without having been told of it."""
        return self.instance.revisions.select_related("made_by").first()

    def changed_against(self, snapshot):
        """The plain fields, tags and sections that were sent otherwise than a snapshot has them."""
        sent = {name: value for name, value in revisions.plain_values(self.instance).items() if name in self.fields}
        if "tags" in self.cleaned_data:
            sent["tags"] = sorted(self.cleaned_data["tags"])
        if "categories" in self.cleaned_data:
            sent["categories"] = sorted(category.pk for category in self.cleaned_data["categories"])
        untouched = {name for name in self.before if name not in self.changed_data}
        moments = {"published_at", "updated_at", "expires_at", "live_ended_at"} & untouched
        return {name for name, value in sent.items() if name not in moments and value != snapshot.get(name)}

    def _has_a_say(self):
        """Whether this person may speak for each section it is in: for readers, at the desk, and as it was sent."""
        sections = {self.instance.category_id, self.initial.get("category"), self.stored_section}
        return all(has_a_say(self.user, section) for section in sections)

    def _news_about_pictures(self, stays_public):
        """What is wrong with pictures and was not so before: a story whose picture has expired can still be mended."""
        found = _about_pictures(self.instance, stays_public)
        if not any(found.values()) or self.instance.pk is None:
            return found
        before = _about_pictures(working_copies.as_stored(self.instance.pk), stays_public)
        return {
            field: [message for message in messages if message not in before.get(field, [])]
            for field, messages in found.items()
        }

    def _add_messages(self, found):
        for field, messages in found.items():
            target = field if field in self.fields else NON_FIELD_ERRORS
            known = self.errors.get(target, [])
            for message in messages:
                if message not in known:
                    self.add_error(target, message)

    def _check_update_at(self):
        if "update_at" not in self.errors and not is_ahead(self.cleaned_data.get("update_at")):
            self.add_error("update_at", "Give a moment that lies ahead.")

    def _check_is_meant_now(self):
        if is_ahead(self.cleaned_data.get("update_at")):
            words = "That moment lies ahead: press “Schedule changes”, or empty it to publish them now."
            self.add_error("update_at", words)

    def _check_stays_ahead(self, article):
        if article.published_at is not None and not is_ahead(article.published_at):
            self.add_error(
                "published_at", "It would be public at once. Give a moment that lies ahead, or publish it now."
            )

    def _check_expiry(self, article):
        # Publishing sets the date, so the database's own rule cannot have seen it yet.
        ahead = self.step.name == "publish" and is_ahead(article.published_at)
        goes_out_at = article.published_at if ahead else timezone.now()
        if article.expires_at is not None and timezone.now() < article.expires_at <= goes_out_at:
            self.add_error("expires_at", "An article expires after it goes out.")


def in_hand_of(article):
    """Who has an article, as its form carries it along, so that an old form takes back nothing that came since."""
    due_at = article.due_at and article.due_at.replace(microsecond=0).isoformat()
    return json.dumps({"slugline": article.slugline, "assignee": article.assignee_id, "due_at": due_at})


def _named(names):
    """The condition that a tag has one of these names, in whichever case."""
    condition = Q(pk__in=[])
    for name in names:
        condition |= Q(name__iexact=name)
    return condition


def _about_pictures(article, is_going_out):
    """What is wrong with the pictures of an article, now and when it goes out, by field."""
    found = [article.unusable_pictures()]
    if is_ahead(article.published_at):
        found.append(article.unusable_pictures(article.published_at))
    if is_going_out:
        found.append(article.undescribed_pictures())
    return {field: [message for each in found for message in each.get(field, [])] for each in found for field in each}


class MoveForm(forms.Form):
    category = SectionField(Category.objects.none(), label="Section")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.with_tree_fields()


class TagForm(forms.Form):
    tags = TagsField(label="Tags", help_text="Separate with commas. A new name makes a new tag.")


class CommentsPolicyForm(forms.Form):
    comments_policy = forms.ChoiceField(
        label="Comments", choices=[("", "As the site says"), *CommentsPolicy.choices], required=False
    )


class MergeForm(forms.Form):
    """Which of the chosen tags or authors the others become part of."""

    target = forms.ModelChoiceField(Tag.objects.none(), label="Keep", empty_label=None, widget=forms.RadioSelect)

    def __init__(self, *args, chosen, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = chosen
        self.fields["target"].initial = chosen.first()


class AuthorForm(forms.ModelForm):
    picture = RowField(Picture.objects.all(), widget=PictureWidget, required=False)

    class Meta:
        model = Author
        fields = "__all__"  # noqa: DJ007  (the admin's fieldsets name them)
        widgets = {"bio": forms.Textarea(attrs={"rows": 5}), "links": forms.Textarea(attrs={"rows": 3})}

    def clean_picture(self):
        return usable(self, "picture")
