"""Stories chosen at the desk: only such as the person may know of, in an order that numbers say."""

from django import forms
from django.contrib import admin

from articles.models import Article
from articles.widgets import RowField, SearchableSelect


def known_to(user):
    """What this person may name: what is at one's own desk, and what readers get."""
    if user.has_perm("articles.edit_any_article"):
        return Article.objects.all()
    return Article.objects.filter(pk__in=Article.objects.viewable_by(user).values("pk")) | Article.objects.published()


def story_field(admin_site, request, db_field, label, **kwargs):
    """Return the keywords of a form field that takes a story found by its headline."""
    widget = SearchableSelect(db_field, admin_site, attrs={"data-placeholder": "Headline", "aria-label": label})
    stories = known_to(request.user).defer("body", "body_text", "live_summary")
    return {**kwargs, "form_class": RowField, "queryset": stories, "widget": widget}


class OrderedStories(admin.StackedInline):
    extra = 1
    story = "article"  # the name of the field

    class Media:
        js = [forms.Script("desk/order.js", type="module")]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == self.story:
            kwargs = story_field(self.admin_site, request, db_field, "Story", **kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "position":
            field.label = field.widget.attrs["aria-label"] = "Order"
        return field

    def get_queryset(self, request):
        # Rows with stories that this person may not know of are left out, and so stay as they are.
        return (
            super()
            .get_queryset(request)
            .filter(**{f"{self.story}__in": known_to(request.user).values("pk")})
            .select_related(self.story)
            .defer(f"{self.story}__body", f"{self.story}__body_text", f"{self.story}__live_summary")
        )
