import uuid
from datetime import datetime, time, timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.encoding import uri_to_iri

from articles import bulk, comparing, notes, search, working_copies
from articles.admin import many, planning, sharing
from articles.admin.autosave import (
    as_sent,
    autosave_view,
    discard_view,
    kept_view,
    rows_sent,
    taken_up,
    too_late,
    unsaved,
    window_of,
)
from articles.admin.base import DeskAdmin, ask, asked_form, back, render_cell
from articles.admin.checking import checks_view, verdicts_view
from articles.admin.correction import correct_view
from articles.admin.filters import (
    AuthorFilter,
    ChecksFilter,
    DueFilter,
    GoesOutFilter,
    KindFilter,
    LanguageFilter,
    MineFilter,
    PictureFilter,
    SectionFilter,
    StandingFilter,
)
from articles.admin.notes import notes_context, notes_view
from articles.admin.previews import new_preview_view, preview_view
from articles.admin.rows import BylineFormSet, RelatedFormSet
from articles.admin.stories import OrderedStories, known_to, story_field
from articles.admin.versions import restore_view, versions_view
from articles.forms import (
    IN_HAND,
    ArticleForm,
    CommentsPolicyForm,
    MoveForm,
    SectionField,
    SectionsField,
    TagForm,
    in_hand_of,
)
from articles.models import Article, Author, Byline, Category, EditingSession, RelatedChoice
from articles.models.article import Kind, Status
from articles.passages import merged
from articles.sharing import readers, void_words
from articles.verdicts import is_to_go_out, known, with_notes
from articles.widgets import SearchableSelect, is_row_id
from articles.workflow import (
    STEPS,
    Standing,
    in_words,
    is_ahead,
    log,
    may_change,
    name_of,
    standing,
    step_named,
    steps,
    take,
    waiting_for,
    words_of_assignment,
)
from newsroom import html
from newsroom.counting import COUNTED, counted, up_to

FEW = 1000  # articles that are read and sorted
HISTORY = 500  # changes that the history of an article goes back
SAME_PRESS = timedelta(seconds=10)  # between a step in the log and what the admin notes of the same press
STANDS_FIRM = {"_keep_both", "_keep_mine"}  # buttons that save although somebody else was quicker
PREVIEW_WIDTHS = [(1280, "Desktop"), (768, "Tablet"), (375, "Phone")]
BULK = 200  # articles that one bulk action takes: more would hold the database too long


class ArticleChangeList(ChangeList):
    def get_queryset(self, request, **kwargs):
        found, few = super().get_queryset(request, **kwargs), None
        if found.query.where and connection.vendor == "sqlite":
            few = list(found.order_by().values_list("pk", flat=True)[: COUNTED + 1])
            found = in_order(found, few)
        found = with_notes(found.for_cards().select_related("assignee"))
        found.counted = None if few is None else len(few)
        return found

    def get_results(self, request):
        super().get_results(request)
        verdicts = known(self.result_list)
        for article in self.result_list:
            article.verdict = verdicts.get(article.pk)


def in_order(articles, few):
    """These articles, as SQLite is best asked for them: it would read and sort all that are in a section, say.

    `few` are the ids of some. Up to FEW are named; where there are more the list is walked in its order, and each is
    looked at whether it is one of them.
    """
    if len(few) <= FEW:
        among = Article.objects.filter(pk__in=few)
    else:
        among = Article.objects.filter(Exists(articles.order_by().filter(pk=OuterRef("pk"))))
    return among.order_by(*articles.query.order_by)


class BylineInline(admin.TabularInline):
    model = Byline
    formset = BylineFormSet
    template = "desk/bylines.html"
    extra = 1
    fields = ["author", "role", "position"]
    verbose_name_plural = "bylines"
    Media = OrderedStories.Media

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "author":
            kwargs["widget"] = SearchableSelect(
                db_field, self.admin_site, attrs={"data-placeholder": "Name", "aria-label": "Name"}
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("role", "position"):
            field.widget.attrs["aria-label"] = {"role": "Role", "position": "Order"}[db_field.name]
        return field

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")

    # Whoever may write the article names who wrote it.
    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("articles.view_article")

    def _may_write(self, request, obj):
        return self.admin_site._registry[Article].has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return self._may_write(request, obj)

    has_change_permission = has_delete_permission = has_add_permission


class RelatedForm(forms.ModelForm):
    def clean_other(self):
        if self.cleaned_data["other"] == self.instance.article:
            raise ValidationError("A story is not related to itself.")
        return self.cleaned_data["other"]


class RelatedInline(OrderedStories):
    model = RelatedChoice
    form = RelatedForm
    formset = RelatedFormSet
    fk_name = "article"
    story = "other"
    template = "desk/bylines.html"
    fields = ["other", "position"]

    has_view_permission = BylineInline.has_view_permission
    _may_write = BylineInline._may_write
    has_add_permission = has_change_permission = has_delete_permission = BylineInline.has_add_permission


@admin.register(Article)
class ArticleAdmin(DeskAdmin):
    form = ArticleForm
    inlines = [BylineInline, RelatedInline]
    list_display = ["story", "state", "in_hand", "section", "by", "goes_out", "changed", "found"]
    list_display_links = None
    list_filter = [
        StandingFilter, SectionFilter, KindFilter, AuthorFilter, LanguageFilter, ("published_at", GoesOutFilter),
        PictureFilter, DueFilter, MineFilter, ChecksFilter,
    ]  # fmt: skip
    ordering = ["-modified_at", "-id"]
    search_fields = ["headline", "standfirst"]
    search_placeholder = "Any word of the article"
    add_label = "New article"
    actions = [
        "send_to_review", "approve", "publish", "take_down", "archive", "move_to_section", "add_tag",
        "set_comments_policy", "delete_selected",
    ]  # fmt: skip
    WRITING = ("", {"fields": ["kicker", "headline", "standfirst", "body"], "classes": ["desk-write"]})
    FILING = [
        ("In hand", {"fields": ["assignee", "due_at", "note", "slugline"], "classes": ["desk-side", "in-hand"]}),
        ("Goes out", {"fields": ["published_at"], "classes": ["desk-side", "solo"]}),
        (
            "Filed under",
            {"fields": ["category", "categories", "tags", "kind"], "classes": ["desk-side", "before-bylines"]},
        ),
        (
            "Lead picture",
            {
                "fields": ["lead_picture", "lead_alt", "lead_is_decorative", "lead_caption"],
                "classes": ["desk-side", "lead"],
            },
        ),
        (
            "Headlines, search and sharing",
            {
                "fields": ["headline_ideas", "search_title", "search_description", "share_title"],
                "classes": ["desk-side", "tab-share", "collapse"],
            },
        ),
        ("Address and language", {"fields": ["slug", "language"], "classes": ["desk-side", "tab-share", "collapse"]}),
        (
            "Source and translation",
            {
                "fields": [
                    "source_title", "source_author", "source_publisher", "source_url", "source_licence", "source_note",
                    "original_language", "translation_of",
                ],
                "classes": ["desk-side", "collapse"],
            },
        ),
        ("Review", {"fields": ["reviewed", "rating"], "classes": ["desk-side", "collapse"]}),
        ("Comments", {"fields": ["comments_policy"], "classes": ["desk-side", "collapse", "solo"]}),
        ("Updated and expires", {"fields": ["updated_at", "expires_at"], "classes": ["desk-side", "collapse"]}),
    ]  # fmt: skip
    LIVE = ("Live coverage", {"fields": ["live_ended_at", "live_summary"], "classes": ["desk-write", "live-coverage"]})
    # What is out has gone out: there, the moment of the changes comes first.
    CHANGES = ("Goes out", {"fields": ["update_at", "published_at"], "classes": ["desk-side"]})
    fieldsets = [WRITING, *FILING]

    # -- who may

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .viewable_by(request.user)
            .select_related("category", "lead_picture", "assignee")
        )

    def get_object(self, request, object_id, from_field=None):
        if request.method == "POST":
            # Whoever presses a button second sees what the first has done.
            try:
                key = self.opts.pk.to_python(object_id)
            except ValidationError:
                return None
            list(Article.objects.filter(pk=key).select_for_update(of=("self",)).values("pk"))
        return super().get_object(request, object_id, from_field)

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj) or obj is None:
            return super().has_change_permission(request, obj)
        if obj.pk is None:
            return True
        known = request.__dict__.setdefault("editable_articles", {})
        if (key := (obj.pk, obj.status, obj.published_at, obj.category_id)) not in known:
            known[key] = may_change(request.user, obj)
        return known[key]

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or (not obj.is_issued() and self.has_change_permission(request, obj)))

    def get_readonly_fields(self, request, obj=None):
        if obj is not None and obj.status == Status.PUBLISHED and not request.user.has_perm("articles.publish_article"):
            return ["published_at", "expires_at"]
        return []

    def get_fieldsets(self, request, obj=None):
        if obj is not None and not self.has_change_permission(request, obj):
            in_hand = ("In hand", {"fields": ["assignee", "due_at", "slugline"], "classes": ["desk-side", "in-hand"]})
            return [("", {"fields": ["standfirst", "text"], "classes": ["desk-write"]}), in_hand, *self.FILING[1:]]
        fieldsets = self.fieldsets
        if obj is not None and obj.kind == Kind.LIVE:
            fieldsets = [self.WRITING, self.LIVE, *self.FILING]
        if obj is not None and standing(obj) == Standing.LIVE:
            return [self.CHANGES if name == "Goes out" else (name, options) for name, options in fieldsets]
        return fieldsets

    @admin.display(description="body")
    def text(self, article):
        return html.trusted(article.body)

    # -- the form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "category":
            kwargs |= {
                "form_class": SectionField,
                "queryset": Category.objects.with_tree_fields(),
                "empty_label": "None",
            }
        if db_field.name == "translation_of":
            kwargs = story_field(self.admin_site, request, db_field, "Translation of", **kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "categories":
            return db_field.formfield(
                form_class=SectionsField,
                queryset=Category.objects.with_tree_fields(),
                widget=forms.CheckboxSelectMultiple,
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        form.step = self.step_pressed(request)
        form.sent_version = _number(request.POST.get("version"))
        form.shown_in_hand = request.POST.get("in_hand", "")
        if not STANDS_FIRM.isdisjoint(request.POST):
            form.seen_version = _number(request.POST.get("seen_version"))
            form.keeps_both = "_keep_both" in request.POST
        if session := self.kept_session(request):
            form.kept = as_sent(session)
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except PermissionDenied:
            if kept := too_late(request, self, object_id):
                return kept
            raise

    def get_changeform_initial_data(self, request):
        """What the address says of a new article; a day is one to be done at noon."""
        initial = super().get_changeform_initial_data(request)
        if day := planning.read_day(request.GET.get("due_at")):
            initial["due_at"] = timezone.make_aware(datetime.combine(day, time(12)))
        return initial

    def kept_session(self, request):
        """The text in no version that was asked for, once a request."""
        if not hasattr(request, "kept_session"):
            request.kept_session = taken_up(request)
        return request.kept_session

    def step_pressed(self, request):
        """The step whose button was pressed, if this person may take it at all."""
        pressed = [step for step in STEPS if step.button in request.POST]
        if not pressed:
            return None
        if not pressed[0].is_open_to(request.user):
            raise PermissionDenied
        return pressed[0]

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if not inline.has_change_permission(request, obj):
            return kwargs | {"is_whole": False}
        if obj.pk is not None:
            values = self.rows_of(request, obj)
            kwargs["initial"] = inline.formset.shown_of(values)
            if prefix == "related_choices":
                known = set(known_to(request.user).filter(pk__in=values["related"]).values_list("pk", flat=True))
                kwargs["unseen"] = [other for other in values["related"] if other not in known]
                kwargs["initial"] = [row for row in kwargs["initial"] if row["other"] in known]
        elif request.method == "GET" and not request.user.has_perm("articles.edit_any_article"):
            author = Author.objects.filter(user=request.user).first()
            if author is not None and prefix == "bylines":
                kwargs["initial"] = [{"author": author.pk}]
        if session := self.kept_session(request):
            kwargs["initial"] = rows_sent(as_sent(session), inline.formset, prefix)
        return kwargs

    def rows_of(self, request, article):
        """The bylines and related stories as the desk sees them, asked for once a request."""
        if not hasattr(request, "article_rows"):
            copy = getattr(article, "desk_copy", None)  # the form has asked for it
            changes = copy.changes if copy else {}
            request.article_rows = {
                "bylines": changes["bylines"]
                if "bylines" in changes
                else [[author, role] for author, role in article.bylines.values_list("author_id", "role")],
                "related": changes["related"]
                if "related" in changes
                else list(article.related_choices.values_list("other_id", flat=True)),
            }
        return request.article_rows

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        article = obj or Article()
        copy = context["adminform"].form.working_copy
        if request.method == "GET" and not copy and obj is not None:
            article = obj
        elif obj is not None and not add:
            # A form with errors has been written into `obj`; buttons and pills follow what is stored.
            article = self.get_queryset(request).defer("body", "body_text").get(pk=obj.pk)
        if obj is not None:
            obj.as_stored = article
        may_change = self.has_change_permission(request, None if add else obj)
        open_steps = steps(article, request.user) if may_change else []
        ahead = is_ahead(article.published_at)
        copy = context["adminform"].form.working_copy
        primary = next(
            (
                step
                for name in (
                    "update",
                    "approve" if standing(article) == Standing.REVIEW else "",
                    "publish",
                    "send_to_review",
                )
                for step in open_steps
                if step.name == name
            ),
            None,
        )
        context |= {
            "article": article,
            "standing": standing(article),
            "primary_step": primary,
            "other_steps": [
                step
                for step in open_steps
                if step is not primary
                and (ahead or step.name != "publish_now")
                and (copy or step.name not in ("drop_changes", "unschedule_update"))
                and (step.name != "unschedule_update" or copy.goes_live_at)
                and (step.name != "drop_changes" or not copy.goes_live_at or not step.refusal(request.user, article))
            ],
            "working_copy": copy,
            **self.editing_context(request, None if add else obj, context["adminform"].form, may_change),
            "waits_apart": context["adminform"].form.is_out,
            "goes_out_label": in_words(article.published_at) if ahead else "",
            "is_late": article.due_at is not None and article.due_at < timezone.now(),
            "last_note": last_note(article),
            "may_change": may_change,
            "problems": problems(context) if context.get("errors") else [],
            "is_overridable": context["adminform"].form.is_overridable,
            "overridden_by": context["adminform"].form.step,
            "body_direction": context["adminform"].form.instance.direction,
            "preview_widths": PREVIEW_WIDTHS,
            "preview_url": reverse("admin:articles_article_preview", args=[] if add else [obj.pk]),
            "address": uri_to_iri(article.get_absolute_url()).strip("/").replace("/", " › ") if article.slug else "",
            "readers": [] if obj is None or add else readers(obj, copy),
            **({} if obj is None or add else notes_context(obj, notes.texts_of(context["adminform"].form.instance))),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def editing_context(self, request, obj, form, may_change):
        """What guards the text: which version it began from, its window, and whose windows there are besides."""
        session = self.kept_session(request)
        window = session.window if session else window_of(request) or uuid.uuid4()
        version = session.version if session else form.sent_version
        if version is None and obj is not None:
            version = obj.revisions.values_list("number", flat=True).first()
        address = reverse("admin:articles_article_autosave", args=[obj.pk] if obj else [])
        others = unsaved(request, obj, window)
        return {
            "window": window,
            "version": version or 0,
            "in_hand": self.in_hand_shown(request, session, obj),
            "autosave_url": address if may_change else "",
            "conflict": form.conflict,
            "is_taken_up": session is not None,
            **others,
        }

    def in_hand_shown(self, request, session, obj):
        """What the text was begun with, however often the form comes back with errors or after a crash."""
        if session:
            return as_sent(session).get("in_hand", "")
        if "in_hand" in request.POST or obj is None:
            return request.POST.get("in_hand", "")
        return in_hand_of(obj)

    def address_of(self, key):
        return reverse("admin:articles_article_change", args=[key]) if key else reverse("admin:articles_article_add")

    def get_view_on_site_url(self, obj=None):
        # A form with errors has been written into `obj`, so the address is that of what is stored.
        stored = getattr(obj, "as_stored", None)
        return stored.get_absolute_url() if stored is not None and stored.is_public() else None

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
            super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Save what was sent as one version: into the article, or beside it where readers have it already."""
        for formset in formsets:
            self.save_formset(request, form, formset, change)  # says that nothing of it is stored one by one
        article, note = working_copies.as_stored(form.instance.pk), form.cleaned_data.get("note", "")
        if in_hand := {name: form.cleaned_data[name] for name in IN_HAND if name in form.changed_data}:
            for name, value in in_hand.items():
                setattr(article, name, value)
            article.save(update_fields=[*in_hand, "modified_at"])
        values = form.values(formsets)
        if form.keeps_both:
            values, told = _joined(article, values, form.sent_version)
            messages.info(request, told)
        working_copies.keep(article, values, request.user, note, is_asked=True)
        if window := window_of(request):
            EditingSession.objects.filter(window=window, user=request.user).delete()
        if change and {"assignee", "due_at"} & {*form.changed_data}:
            log("assign", article, request.user, words_of_assignment(article), note="" if form.step else note)
        elif note and form.step is None:
            log("note", article, request.user, "Left a note", note=note)
        if form.overridden:
            log("override", article, request.user, "Saved what goes out by itself", override=form.overridden)
        if form.step is not None:
            at, override = form.cleaned_data.get("update_at"), form.cleaned_data.get("override", "")
            is_asked = form.step.is_update and not form.keeps_both  # by the form, of what is saved
            take(form.step, article, request.user, note, at, override, is_asked)
        form.instance.refresh_from_db()

    def construct_change_message(self, request, form, formsets, add=False):
        words = super().construct_change_message(request, form, formsets, add)
        words = f"{words} {self.changed_rows(formsets)}".strip() if not add else words
        return words if form.step is None else f"{form.step.words(form.instance)}. {words}".strip()

    def changed_rows(self, formsets):
        return " ".join(
            f"Changed the {formset.model._meta.verbose_name_plural}."
            for formset in formsets
            if formset.is_whole and formset.rows != formset.rows_shown
        )

    def words_after_saving(self, request, obj):
        step = self.step_pressed(request)
        copy = working_copies.of(obj) if working_copies.is_out(obj) else None
        if step is None and copy is not None:
            return f"The changes to “{obj}” are saved. {when_changes_go_live(copy)}"
        return report(obj, step, copy) if step else super().words_after_saving(request, obj)

    def response_post_save_add(self, request, obj):
        return self.after_step(request, obj) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request, obj):
        return self.after_step(request, obj) or super().response_post_save_change(request, obj)

    def after_step(self, request, obj):
        """A step stays with the article, so that one sees what has come of it."""
        if self.step_pressed(request) or not STANDS_FIRM.isdisjoint(request.POST):
            return HttpResponseRedirect(reverse("admin:articles_article_change", args=[quote(obj.pk)]))
        return None

    def delete_view(self, request, object_id, extra_context=None):
        article = self.get_object(request, unquote(object_id))
        if article is not None and article.is_issued():
            messages.error(request, "It has been public, so its address must keep answering. Take it down instead.")
            return HttpResponseRedirect(reverse("admin:articles_article_change", args=[quote(article.pk)]))
        return super().delete_view(request, object_id, extra_context)

    def history_view(self, request, object_id, extra_context=None):
        article = self.get_object(request, unquote(object_id))
        if article is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "opts": self.opts,
            "article": article,
            "entries": history(article),
            "site_zone": timezone.get_default_timezone_name(),
        }
        return TemplateResponse(request, "desk/history.html", context)

    # -- preview

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("autosave/", view(self.autosave_view), name="articles_article_autosave"),
            path("autosave/discard/", view(self.discard_view), name="articles_article_discard"),
            path("autosave/<uuid:window>/", view(self.kept_view), name="articles_article_kept"),
            path("<path:object_id>/autosave/", view(self.autosave_view), name="articles_article_autosave"),
            path("clean/", view(self.clean_view), name="articles_article_clean"),
            path("preview/", view(self.new_preview_view), name="articles_article_preview"),
            *planning.urls(self),
            *many.urls(self),
            *sharing.urls(self),
            path("checks/", view(self.verdicts_view), name="articles_article_verdicts"),
            path("<path:object_id>/preview/", view(self.preview_view), name="articles_article_preview"),
            path("<path:object_id>/notes/", view(self.notes_view), name="articles_article_notes"),
            path("<path:object_id>/checks/", view(self.checks_view), name="articles_article_checks"),
            path("<path:object_id>/versions/", view(self.versions_view), name="articles_article_versions"),
            path(
                "<path:object_id>/versions/<int:number>/restore/",
                view(self.restore_view),
                name="articles_article_restore",
            ),
            path("<path:object_id>/correct/", view(self.correct_view), name="articles_article_correct"),
            *super().get_urls(),
        ]

    def clean_view(self, request):
        """Return what a paste amounts to under the HTML policy; stores nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            return HttpResponse(html.clean(request.POST.get("html", "")), content_type="text/plain; charset=utf-8")
        except ValueError as error:
            return HttpResponseBadRequest(str(error), content_type="text/plain; charset=utf-8")

    def preview_view(self, request, object_id):
        return preview_view(request, self, object_id)

    def new_preview_view(self, request):
        return new_preview_view(request, self)

    def checks_view(self, request, object_id):
        return checks_view(request, self, object_id)

    def verdicts_view(self, request):
        return verdicts_view(request, self)

    def notes_view(self, request, object_id):
        return notes_view(request, self, object_id)

    def autosave_view(self, request, object_id=None):
        return autosave_view(request, self, object_id)

    def kept_view(self, request, window):
        return kept_view(request, self, window)

    def discard_view(self, request):
        return discard_view(request, self)

    def versions_view(self, request, object_id):
        return versions_view(request, self, object_id)

    def restore_view(self, request, object_id, number):
        return restore_view(request, self, object_id, number)

    def correct_view(self, request, object_id):
        return correct_view(request, self, object_id)

    # -- the list

    def get_changelist(self, request, **kwargs):
        return ArticleChangeList

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        if request.path == reverse("admin:autocomplete"):
            return super().get_search_results(request, queryset, search_term)
        return search.anywhere(queryset, term), False

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        if getattr(response, "context_data", None) and "cl" in response.context_data:
            own, query = many.view_tabs(request)
            response.context_data |= {
                "views": self.saved_views(request) + own,
                "unsaved_query": query if not any(tab["is_current"] for tab in own) else "",
                "views_url": reverse("admin:articles_article_views"),
            }
        return response

    def saved_views(self, request):
        """The tabs above the list; one query counts for all of them, none of them to the end."""
        viewable = Article.objects.viewable_by(request.user)
        counts = counted(
            all=viewable,
            draft=viewable.filter(status=Status.DRAFT),
            review=viewable.filter(status=Status.REVIEW),
            scheduled=viewable.scheduled(),
            live=viewable.published(),
            mine=viewable.of(request.user),
            waiting=waiting_for(request.user, viewable),
        )
        tabs = [
            ("All", "", "all"),
            ("Mine", "whose=mine", "mine"),
            ("Waiting for me", "whose=waiting", "waiting"),
            ("Drafts", "status=draft", "draft"),
            ("In review", "status=review", "review"),
            ("Scheduled", "status=scheduled", "scheduled"),
            ("Live", "status=live", "live"),
        ]
        query = request.GET.urlencode()
        views = [
            {"label": label, "url": f"?{where}", "count": up_to(counts[name]), "is_current": query == where}
            for label, where, name in tabs
        ]
        if request.user.has_perm("articles.publish_article"):
            failing = {"label": "Failing checks", "url": "?checks=failing", "is_current": query == "checks=failing"}
            views.insert(3, {**failing, "is_asked": True})
        return views

    @admin.display(description="Story", ordering="headline")
    def story(self, article):
        return render_cell(
            "story", article=article, url=reverse("admin:articles_article_change", args=[quote(article.pk)])
        )

    @admin.display(description="Status", ordering="status")
    def state(self, article):
        return render_cell("pill", standing=standing(article))

    @admin.display(description="With", ordering="due_at")
    def in_hand(self, article):
        return render_cell("in_hand", article=article, is_late=article.due_at and article.due_at < timezone.now())

    @admin.display(description="Section", ordering="category__name")
    def section(self, article):
        return article.category or "–"

    @admin.display(description="By")
    def by(self, article):
        return ", ".join(byline.author.name for byline in article.writers) or "–"

    @admin.display(description="Goes out", ordering="published_at")
    def goes_out(self, article):
        return render_cell("moment", moment=article.published_at)

    @admin.display(description="Changed", ordering="modified_at")
    def changed(self, article):
        return render_cell("ago", moment=article.modified_at)

    @admin.display(description="Checks")
    def found(self, article):
        return render_cell("found", article=article, verdict=article.verdict) if is_to_go_out(article) else "–"

    # -- many at once

    def get_actions(self, request):
        actions = super().get_actions(request)
        for step in STEPS:
            if step.name in actions and not step.is_open_to(request.user):
                del actions[step.name]
        if not request.user.has_perm("articles.edit_any_article"):
            for name in ("move_to_section", "set_comments_policy"):
                actions.pop(name, None)
        return actions

    def editable(self, request, queryset):
        """Those of the chosen articles that this person may change, at most BULK; the rest is reported."""
        chosen = queryset.count()
        keys = list(
            Article.objects.editable_by(request.user)
            .filter(pk__in=queryset.order_by().values("pk"))
            .order_by("pk")
            .values_list("pk", flat=True)[: BULK + 1]
        )
        if len(keys) > BULK:
            messages.error(request, f"That is more than {BULK} articles. Narrow the list and go on in parts.")
            return Article.objects.none()
        if len(keys) < chosen:
            messages.warning(request, f"{_count(chosen - len(keys))} left alone: not yours to change.")
        return Article.objects.filter(pk__in=keys).order_by("pk")

    def amend_each(self, request, queryset, values, tags=(), note=""):
        """Change the chosen articles; what is published only where its sections are this person's.

        Return those that were changed, and of each what it was before.
        """
        done, lines = [], []
        for article in self.editable(request, queryset):
            if not bulk.may_amend(request.user, article, values.get("category", article.category_id)):
                messages.error(request, f"“{article}” was left alone. Its section, or the new one, is not among yours.")
                continue
            try:
                lines.append(bulk.amend(article, values, tags, request.user, note))
            except ValidationError as error:
                messages.error(request, f"“{article}” was left alone. {' '.join(error.messages)}")
                continue
            done.append(article)
        return done, lines

    def take_step(self, request, queryset, name):
        step = step_named(name)
        if not step.is_open_to(request.user):
            raise PermissionDenied
        done = 0
        for key in self.editable(request, queryset).values_list("pk", flat=True):
            with transaction.atomic():
                article = Article.objects.select_for_update(of=("self",)).get(pk=key)
                if not step.leads_from(article):
                    refusal = f"It is {standing(article).label.lower()}."
                else:
                    try:
                        with transaction.atomic():
                            take(step, article, request.user)
                    except PermissionDenied as error:
                        refusal = str(error)
                    except ValidationError as error:
                        refusal = " ".join(error.messages)
                    else:
                        done += 1
                        self.log_change(request, article, f"{step.words(article)}.")
                        continue
            messages.error(request, f"“{article}” was left alone. {refusal}")
        if done:
            messages.success(request, f"{step.done}: {_count(done)}.")

    @admin.action(description="Send to review", permissions=["change"])
    def send_to_review(self, request, queryset):
        self.take_step(request, queryset, "send_to_review")

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request, queryset):
        self.take_step(request, queryset, "publish")

    @admin.action(description="Take down", permissions=["change"])
    def take_down(self, request, queryset):
        self.take_step(request, queryset, "take_down")

    @admin.action(description="Approve", permissions=["change"])
    def approve(self, request, queryset):
        self.take_step(request, queryset, "approve")

    @admin.action(description="Archive", permissions=["change"])
    def archive(self, request, queryset):
        self.take_step(request, queryset, "archive")

    @admin.action(description="Move to section…", permissions=["change"])
    @transaction.atomic
    def move_to_section(self, request, queryset):
        form = asked_form(request, MoveForm)
        if not form.is_valid():
            return ask(
                request, self, queryset, form,
                title="Move to another section", action="move_to_section", button="Move",
            )  # fmt: skip
        category = form.cleaned_data["category"]
        moved, lines = self.amend_each(request, queryset, {"category": category.pk}, note=f"Moved to {category}")
        for article in moved:
            self.log_change(request, article, f"Moved to {category}.")
        many.remember(request, f"Moved to {category}: {_count(len(moved))}.", lines)
        return back(request)

    @admin.action(description="Add tags…", permissions=["change"])
    @transaction.atomic
    def add_tag(self, request, queryset):
        form = asked_form(request, TagForm)
        if not form.is_valid():
            return ask(request, self, queryset, form, title="Add tags", action="add_tag", button="Add tags")
        names = form.cleaned_data["tags"]
        tagged, lines = self.amend_each(request, queryset, {}, tags=names, note=f"Tagged {', '.join(names)}")
        for article in tagged:
            self.log_change(request, article, f"Tagged {', '.join(names)}.")
        many.remember(request, f"Tagged {', '.join(names)}: {_count(len(tagged))}.", lines)
        return back(request)

    @admin.action(description="Set comments…", permissions=["change"])
    @transaction.atomic
    def set_comments_policy(self, request, queryset):
        form = asked_form(request, CommentsPolicyForm)
        if not form.is_valid():
            return ask(
                request, self, queryset, form,
                title="Comments on these articles", action="set_comments_policy", button="Set",
            )  # fmt: skip
        policy = form.cleaned_data["comments_policy"]
        changed, _ = self.amend_each(request, queryset, {"comments_policy": policy})
        for article in changed:
            self.log_change(request, article, f"Comments: {article.get_comments_policy_display()}.")
        messages.success(request, f"Comments set: {_count(len(changed))}.")
        return back(request)

    @admin.action(description="Delete…", permissions=["delete"])
    def delete_selected(self, request, queryset):
        issued = queryset.once_public()
        if public := issued.count():
            messages.error(request, f"{_count(public)} left alone: what has been public is taken down, not deleted.")
        remaining = queryset.filter(~Exists(issued.filter(pk=OuterRef("pk"))))
        return delete_selected(self, request, remaining) if remaining.exists() else None


def _number(text):
    return int(text) if is_row_id(text) and len(text) < 10 else None


def _joined(article, values, version):
    """What was sent, with what others have changed since `version` in other fields and passages, and that in words."""
    later = article.revisions.filter(number__gte=max(1, version)).select_related("made_by").order_by("number")
    base, *newer = later
    begun, theirs = base.snapshot, working_copies.working_values(article)
    joined = {}
    for name, value in values.items():
        joined[name] = theirs[name] if value == begun.get(name) else value
        if name in comparing.TEXTS and joined[name] != theirs[name]:
            joined[name] = merged(begun[name], value, theirs[name]) or value
        elif name in ("bylines", "related") and joined[name] != theirs[name]:
            stays = [row for row in value if row in theirs[name] or row not in begun[name]]
            joined[name] = stays + [row for row in theirs[name] if row not in stays and row not in begun[name]]
    names = {name_of(one.made_by): None for one in newer if one.made_by}
    fields = [name for name in comparing.ORDER if theirs[name] != begun.get(name)]
    told = "; ".join(comparing.told(name, begun.get(name), theirs[name]) for name in fields)
    return joined, f"Taken in from {' and '.join(names) or 'somebody'}: {told}."


def last_note(article):
    """The step that last came with words for whoever has the article next."""
    if article.pk is None:
        return None
    return article.transitions.exclude(note="").select_related("made_by").first()


def history(article):
    """All that was done with an article, newest first: the steps of its log, and what was changed in between."""
    transitions = list(article.transitions.select_related("made_by"))
    changes = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Article), object_id=str(article.pk)
    ).select_related("user")[:HISTORY]
    entries = [
        {"at": one.made_at, "by": one.made_by, "words": one.words, "note": one.note, "override": one.override}
        for one in transitions
    ]
    if void := void_words(article):
        for entry in entries:
            entry["is_void"] = entry["words"] in void
    known = [(entry["by"], f"{entry['words']}.", entry["at"]) for entry in entries]
    for change in changes:
        words = change.get_change_message()
        for by, step, at in known:
            if by == change.user and words.startswith(step) and abs(change.action_time - at) < SAME_PRESS:
                words = words.removeprefix(step).strip()
        if words:
            entries.append({"at": change.action_time, "by": change.user, "words": words.removesuffix(".")})
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def when_changes_go_live(copy):
    if not copy.changes:
        return "They come to what readers see."
    if copy.goes_live_at:
        return f"They go live on {in_words(copy.goes_live_at)}."
    return "Readers see them once they are published."


def report(article, step, copy):
    """What a step has led to, in words, with what follows from it."""
    changes = {
        "update": "are live.",
        "schedule_update": copy and f"are on the schedule. {when_changes_go_live(copy)}",
        "unschedule_update": copy and f"are off the schedule. {when_changes_go_live(copy)}",
        "drop_changes": "are dropped. They stay among the versions.",
    }
    if changes.get(step.name):
        return f"The changes to “{article}” {changes[step.name]}"
    words = {
        Standing.PLANNED: "is planned.",
        Standing.DRAFT: "is a draft.",
        Standing.REVIEW: "is in review.",
        Standing.CHANGES: "waits for changes.",
        Standing.APPROVED: "is approved. It goes out once somebody publishes it.",
        Standing.LIVE: "is live.",
        Standing.EXPIRED: "is expired.",
        Standing.WITHDRAWN: "is taken down. Its address says so from now on.",
        Standing.ARCHIVED: "is archived.",
    }
    now = standing(article)
    if now == Standing.SCHEDULED:
        return f"“{article}” goes out on {in_words(article.published_at)}."
    return f"“{article}” {words[now]}"


def problems(context):
    """Every error of the form, each with the field to go to."""
    found = []
    form = context["adminform"].form
    for message in form.non_field_errors():
        found.append({"label": "", "target": "", "message": message})
    for field in form:
        for message in field.errors:
            found.append({"label": field.label, "target": field.id_for_label or field.auto_id, "message": message})
    for inline in context["inline_admin_formsets"]:
        messages_of_all = [*inline.formset.non_form_errors()]
        target = f"{inline.formset.prefix}-group"
        for inline_form in inline.formset.forms:
            messages_of_all += [message for errors in inline_form.errors.values() for message in errors]
        found += [
            {"label": inline.opts.verbose_name_plural.capitalize(), "target": target, "message": message}
            for message in messages_of_all
        ]
    return found


def _count(number):
    return f"{number} article" if number == 1 else f"{number} articles"
