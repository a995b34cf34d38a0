"""What the list of articles can be narrowed to."""

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone

from articles import keeping_back
from articles.admin.base import Choice
from articles.languages import Language
from articles.models import Author, Byline, Category
from articles.models.article import Kind
from articles.standing import Standing, with_standing
from articles.workflow import waiting_for


class StandingFilter(Choice):
    title = "status"
    parameter_name = "status"
    options = Standing.choices

    def keep(self, request, queryset, value):
        return with_standing(queryset, Standing(value))


class SectionFilter(Choice):
    title = "section"
    parameter_name = "section"

    def lookups(self, request, model_admin):
        return [
            (category.pk, "\u2003" * category.tree_depth + category.name)
            for category in Category.objects.with_tree_fields()
        ]

    def keep(self, request, queryset, value):
        category = Category.objects.filter(pk=value).first()
        return queryset.in_sections([category, *category.descendants()]) if category else queryset.none()


class AuthorFilter(Choice):
    title = "byline"
    parameter_name = "author"

    def lookups(self, request, model_admin):
        return [(author.pk, author.name) for author in Author.objects.only("name")[:300]]

    def keep(self, request, queryset, value):
        return queryset.filter(pk__in=Byline.objects.filter(author=value).values("article"))


class LanguageFilter(Choice):
    title = "language"
    parameter_name = "language"
    options = Language.choices

    def keep(self, request, queryset, value):
        return queryset.filter(language=value)


class KindFilter(Choice):
    title = "kind"
    parameter_name = "kind"
    options = Kind.choices

    def keep(self, request, queryset, value):
        return queryset.filter(kind=value)


class PictureFilter(Choice):
    title = "picture"
    parameter_name = "picture"
    options = (("yes", "With a lead picture"), ("no", "Without one"))

    def keep(self, request, queryset, value):
        return queryset.filter(lead_picture__isnull=value == "no")


class MineFilter(Choice):
    title = "whose"
    parameter_name = "whose"
    options = (("mine", "Mine"), ("waiting", "Waiting for me"))
    is_tab = True

    def keep(self, request, queryset, value):
        return waiting_for(request.user, queryset) if value == "waiting" else queryset.of(request.user)


class ChecksFilter(Choice):
    """What would not go out by itself, and what was held back: to those who may publish it."""

    title = "checks"
    parameter_name = "checks"
    options = (("failing", "Failing"),)
    is_tab = True

    def keep(self, request, queryset, value):
        return queryset.filter(pk__in={row["pk"] for row in keeping_back.found_for(request.user)})


class DueFilter(Choice):
    title = "due"
    parameter_name = "due"
    options = (("late", "Overdue"), ("today", "Within a day"), ("week", "Within a week"), ("none", "Without a date"))

    def keep(self, request, queryset, value):
        now = timezone.now()
        queryset = queryset.unfinished()
        if value == "none":
            return queryset.filter(due_at=None)
        if value == "late":
            return queryset.filter(due_at__lt=now)
        return queryset.filter(due_at__gte=now, due_at__lt=now + timedelta(days=1 if value == "today" else 7))


class GoesOutFilter(admin.DateFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "date"
