"""The API's addresses. docs/api.md tells what they say; they do not change."""

from django.urls import path, re_path

from articles.api import stories
from articles.api.answering import methods, nowhere

app_name = "api"

urlpatterns = [
    path("", methods(GET=stories.index), name="index"),
    path("articles/", methods(GET=stories.articles), name="articles"),
    path("articles/<int:article>/", methods(GET=stories.article), name="article"),
    path("sections/", methods(GET=stories.sections), name="sections"),
    path("tags/", methods(GET=stories.tags), name="tags"),
    path("authors/", methods(GET=stories.authors), name="authors"),
    re_path(r"^.*$", nowhere),
]
