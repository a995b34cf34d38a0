from django.contrib import admin, messages
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from articles.admin.base import DeskAdmin, ask, asked_form, back
from articles.forms import MergeForm
from articles.merging import merge_tags
from articles.models import ArticleTag, Tag

COUNTED = 1000  # articles of a tag or an author beyond which the list does not count


def number_of_articles(joining, column, article):
    """How many articles a row of a list is joined with, as a column: counted up to one more than COUNTED."""
    table, target = joining._meta.db_table, joining._meta.get_field(column).related_model._meta.db_table
    column, article = (joining._meta.get_field(name).column for name in (column, article))
    return RawSQL(  # noqa: S611 (names of ours)
        f"(SELECT COUNT(*) FROM (SELECT DISTINCT {article} FROM {table} WHERE {column} = {target}.id"  # noqa: S608
        f" LIMIT {COUNTED + 1}) AS counted)",
        [],
        output_field=IntegerField(),
    )


def in_words(number):
    return f"more than {COUNTED:,}" if number > COUNTED else number


@admin.register(Tag)
class TagAdmin(DeskAdmin):
    list_display = ["name", "articles", "description"]
    search_fields = ["name"]
    search_placeholder = "Name"
    add_label = "New tag"
    fields = ["name", "description", "slug"]
    actions = ["merge"]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "articles_tag_changelist":
            return queryset.annotate(uses=number_of_articles(ArticleTag, "tag", "content_object"))
        return queryset

    @admin.display(description="Articles", ordering="uses")
    def articles(self, tag):
        return in_words(tag.uses)

    @admin.action(description="Merge…", permissions=["delete"])
    def merge(self, request, queryset):
        return merge(request, self, queryset, merge_tags)


def merge(request, model_admin, queryset, verb):
    """Ask which of the chosen rows stays, then let `verb` put it in the place of the others."""
    names = model_admin.opts.verbose_name_plural
    if not 2 <= queryset.count() <= 50:
        messages.error(request, f"Choose at least two {names}, at most fifty.")
        return None
    form = asked_form(request, MergeForm, chosen=queryset.order_by("pk"))
    if not form.is_valid():
        return ask(
            request, model_admin, queryset, form, title=f"Merge {names}", action="merge", button="Merge",
            note="The others are removed. Their articles go to the one you keep, and so do their addresses.",
        )  # fmt: skip
    target = form.cleaned_data["target"]
    others = list(queryset.exclude(pk=target.pk))
    verb(target, others)
    gone = ", ".join(f"“{other}”" for other in others)
    model_admin.log_change(request, target, f"Merged with {gone}.")
    messages.success(request, f"{gone} became part of “{target}”.")
    return back(request)
