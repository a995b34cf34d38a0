"""The API's addresses. docs/api.md tells what they say; they do not change."""

from functools import partial

from django.urls import path, re_path

from articles.api import drafts, pictures, stories
from articles.api.answering import methods, nowhere

app_name = "api"

urlpatterns = [
    path("", methods(GET=stories.index), name="index"),
    path("articles/", methods(GET=stories.articles, desk=drafts.stories, POST=drafts.create), name="articles"),
    path(
        "articles/<int:article>/",
        methods(GET=stories.article, desk=drafts.story, PATCH=drafts.change),
        name="article",
    ),
    *(
        path(f"articles/<int:article>/{verb}/", methods(POST=partial(drafts.step, verb=verb)), name=verb)
        for verb in drafts.VERBS
    ),
    path("sections/", methods(GET=stories.sections), name="sections"),
    path("tags/", methods(GET=stories.tags), name="tags"),
    path("authors/", methods(GET=stories.authors), name="authors"),
    path("pictures/", methods(POST=pictures.upload), name="pictures"),
    path("pictures/<str:key>/", methods(desk=pictures.picture), name="picture"),
    re_path(r"^.*$", nowhere),
]
