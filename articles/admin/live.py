"""Live coverage at the desk: a page for each, with a quick form above its updates, and a form for each update."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.forms import modelform_factory
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from js_asset import Media

from articles import live
from articles.admin.base import Choice, DeskAdmin, render_cell
from articles.models import Article, Author, LiveUpdate, Picture
from articles.models.picture import addresses_without_words, keys_in
from articles.paging import numbered, page_numbers
from articles.widgets import MomentField, is_row_id

PER_PAGE = 50


class OutFilter(Choice):
    title = "state"
    parameter_name = "state"
    options = (("out", "Out"), ("later", "To come"), ("withdrawn", "Withdrawn"))

    def keep(self, request, queryset, value):
        if value == "withdrawn":
            return queryset.filter(is_withdrawn=True)
        return queryset.published() if value == "out" else queryset.filter(published_at__gt=timezone.now())


class LiveUpdateForm(forms.ModelForm):
    published_at = MomentField(
        label="Goes out", required=False, help_text="Left empty, at once. A moment to come keeps it back until then."
    )

    class Meta:
        model = LiveUpdate
        fields = ("headline", "body", "is_key_point", "author", "published_at", "correction")
        widgets = {
            "headline": forms.Textarea(attrs={"rows": 1, "data-one-line": True, "spellcheck": "true"}),
            "correction": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def clean_headline(self):
        return " ".join(self.cleaned_data["headline"].split())

    def clean_body(self):
        body = self.cleaned_data["body"]
        own = {picture.get_absolute_url(): picture for picture in Picture.objects.filter(key__in=keys_in(body))}
        before = keys_in(self.initial.get("body") or "")
        for picture in own.values():
            if picture.key not in before and not picture.is_usable():
                raise forms.ValidationError(f"{picture.refusal()} Choose another.")
        for address in addresses_without_words(body):
            if not getattr(own.get(address), "alt", ""):
                raise forms.ValidationError(
                    f"“{own.get(address, address)}” has no description. Choose it in the text and write one, or mark"
                    " it as decoration only."
                )
        return body

    def clean_published_at(self):
        # A field shows whole seconds; what nobody touched keeps its moment, and with it its place.
        now = timezone.now()
        before = self.instance.published_at if self.instance.pk else None
        if before is not None and "published_at" not in self.changed_data:
            return before
        moment = self.cleaned_data["published_at"] or now
        if before is not None and before <= now < moment:
            raise forms.ValidationError("It is out already, so readers know it. Withdraw it instead.")
        return moment


@admin.register(LiveUpdate)
class LiveUpdateAdmin(DeskAdmin):
    form = LiveUpdateForm
    list_display = ["words", "of_article", "by", "goes_out", "state"]
    list_filter = [OutFilter]
    search_fields = ["headline", "article__headline"]
    search_placeholder = "Headline of the update or the story"
    autocomplete_fields = ["author"]
    actions = None
    fields = ["headline", "body", "is_key_point", "author", "published_at", "correction"]
    QUICK = ("headline", "body", "is_key_point", "author", "published_at")

    # -- who may

    def get_queryset(self, request):
        visible = Article.objects.viewable_by(request.user).order_by().values("pk")
        return (
            super()
            .get_queryset(request)
            .filter(article__in=visible)
            .select_related("article", "author")
            .defer("article__body", "article__body_text", "article__live_summary")
        )

    def has_add_permission(self, request):
        return False  # an update is written on the page of its coverage

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or live.writable_by(request.user).filter(pk=obj.article_id).exists())

    def has_delete_permission(self, request, obj=None):
        # What readers know is withdrawn: a page that is open would go on showing what is deleted.
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and obj.published_at > timezone.now()

    # -- the form of one update

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "author":
            for power in ("add", "change", "delete", "view"):  # one is chosen here, in a hurry, and not made
                setattr(field.widget, f"can_{power}_related", False)
        return field

    def save_model(self, request, obj, form, change):
        if "correction" in form.changed_data:
            obj.corrected_at = timezone.now() if obj.correction else None
        super().save_model(request, obj, form, change)

    def words_after_saving(self, request, obj):
        return f"“{obj}” is saved."

    def response_post_save_change(self, request, obj):
        return HttpResponseRedirect(coverage_url(obj.article_id))

    def response_delete(self, request, obj_display, obj_id):
        super().response_delete(request, obj_display, obj_id)
        return HttpResponseRedirect(reverse("admin:articles_liveupdate_changelist"))

    # -- the page of one coverage

    def get_urls(self):
        view = self.admin_site.admin_view(self.coverage_view)
        return [path("coverage/<int:article_id>/", view, name="articles_liveupdate_coverage"), *super().get_urls()]

    def coverage_view(self, request, article_id):
        article = live.writable_by(request.user).filter(pk=article_id).first()
        if article is None or not request.user.has_perm("articles.add_liveupdate"):
            raise PermissionDenied
        is_writing = "_write" in request.POST
        form = self.quick_form(request, article, request.POST if is_writing else None)
        ending = self.ending_form(request, article, request.POST if "_end" in request.POST else None)
        if request.method == "POST" and self.take(request, article, form, ending):
            return HttpResponseRedirect(coverage_url(article.pk))
        updates = article.updates.select_related("author")
        page = numbered(request, updates, PER_PAGE)
        media = self.media + form.media + (ending.media if ending else Media())
        return TemplateResponse(
            request,
            "desk/live.html",
            {
                **self.admin_site.each_context(request),
                "title": f"Updates of “{article}”",
                "opts": self.opts,
                "article": article,
                "is_running": live.is_running(article),
                "is_public": article.is_public(),
                "form": form,
                "ending": ending,
                "page": page,
                "page_numbers": page_numbers(page),
                "rows": [{"update": update, "state": standing(update)} for update in page.object_list],
                "media": Media.from_media(media, nonce=request.csp_nonce),
            },
        )

    def quick_form(self, request, article, sent):
        form_class = self.get_form(request, None, fields=self.QUICK)
        author = Author.objects.filter(user=request.user).first()
        update = LiveUpdate(article=article, made_by=request.user)
        return form_class(sent, instance=update, initial={"author": author, "published_at": None})

    def ending_form(self, request, article, sent):
        """The form that ends the coverage with a summary, for those who may change the article."""
        of_article = self.admin_site._registry[Article]
        if not of_article.has_change_permission(request, article):
            return None
        callback = partial(of_article.formfield_for_dbfield, request=request)
        form = modelform_factory(Article, fields=["live_summary"], formfield_callback=callback)(sent, instance=article)
        form.label_suffix = ""
        return form

    def take(self, request, article, form, ending):
        """Do what was asked; return whether that is done, so that the page is to be loaded again."""
        if "_write" in request.POST:
            if not live.is_running(article):
                messages.error(request, "The coverage has ended. Let it go on to write.")
                return True
            if not form.is_valid():
                return False
            update = form.save()
            self.log_addition(request, update, "Written.")
            is_out = update.published_at <= timezone.now()
            messages.success(request, f"“{update}” is out." if is_out else f"“{update}” goes out by itself.")
            return True
        if ending is not None and "_end" in request.POST:
            if not ending.is_valid():
                return False
            live.end(article, ending.cleaned_data["live_summary"])
            self.log_change_of(request, article, "Ended the live coverage.")
            messages.success(request, "The coverage has ended. The summary stands above it now.")
            return True
        if ending is not None and "_resume" in request.POST:
            live.resume(article)
            self.log_change_of(request, article, "Let the live coverage go on.")
            messages.success(request, "The coverage goes on.")
            return True
        return self.take_row(request, article)

    def take_row(self, request, article):
        verbs = {
            "_withdraw": (live.withdraw, "Withdrawn."),
            "_restore": (live.restore, "Shown again."),
            "_key": (partial(live.set_key_point, is_key_point=True), "Made a key point."),
            "_no_key": (partial(live.set_key_point, is_key_point=False), "No key point any more."),
        }
        pressed = next((name for name in verbs if name in request.POST), None)
        key = request.POST.get(pressed, "") if pressed else ""
        update = article.updates.filter(pk=key).first() if is_row_id(key) else None
        if update is None or not self.has_change_permission(request, update):
            messages.error(request, "There is no such update. Look again.")
            return True
        verb, words = verbs[pressed]
        verb(update)
        self.log_change(request, update, words)
        messages.success(request, f"“{update}”: {words[0].lower()}{words[1:]}")
        return True

    def log_change_of(self, request, article, words):
        self.admin_site._registry[Article].log_change(request, article, words)

    # -- the list of all updates

    def get_sortable_by(self, request):
        return ["goes_out"]

    @admin.display(description="Update")
    def words(self, update):
        return str(update)

    @admin.display(description="Coverage")
    def of_article(self, update):
        return update.article.headline

    @admin.display(description="By")
    def by(self, update):
        return update.author or "–"

    @admin.display(description="Goes out", ordering="published_at")
    def goes_out(self, update):
        return render_cell("moment", moment=update.published_at)

    @admin.display(description="State")
    def state(self, update):
        return standing(update)


def coverage_url(number):
    return reverse("admin:articles_liveupdate_coverage", args=[quote(number)])


def standing(update):
    if update.is_withdrawn:
        return "Withdrawn"
    return "To come" if update.published_at > timezone.now() else "Out"
