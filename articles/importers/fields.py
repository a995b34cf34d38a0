"""How each kind of imported thing is made, compared with what is here, and changed."""

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import unquote

from django.core.files import File
from django.utils.text import slugify

from articles.models import Article, ArticleTag, Byline, Category, Page, Picture
from articles.models.article import Status
from articles.standing import made

# Archives come as they are: without descriptions of pictures, with links that have died. Who imports answers for that.
NOT_ASKED = "It was published elsewhere before, so the checks were not asked."


def digest_of(values: dict) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class Fields:
    """Plain fields of a model with a slug, which is given once and then belongs to whoever edits here."""

    def __init__(self, model, values, slug=""):
        self.model, self.values, self.slug = model, values, slug
        self.name = model._meta.model_name
        self.remarks = []

    def current(self, target):
        return {name: getattr(target, name) for name in self.values}

    def create(self):
        target = self.model()
        self.give_slug(target)
        self.update(target)
        return target

    def give_slug(self, target):
        wanted = slugify(unquote(self.slug), allow_unicode=True)
        if wanted and not target.slug:
            target.slug = target.free_slug(wanted)
            if target.slug != wanted:
                self.remarks.append(f"the slug “{wanted}” could not be kept; it is “{target.slug}” here")

    def update(self, target):
        for name, value in self.values.items():
            setattr(target, name, value)
        target.save()


class SectionFields(Fields):
    """A section; whether it starts in the menu is decided once, afterwards it is the editors' business."""

    def __init__(self, values, slug, is_in_menu):
        super().__init__(Category, values, slug)
        self.is_in_menu = is_in_menu

    def create(self):
        target = Category(is_in_menu=self.is_in_menu)
        self.give_slug(target)
        self.update(target)
        return target


class PageFields(Fields):
    NAMES = ("title", "body", "is_published", "position")

    @classmethod
    def current_of(cls, target):
        return {name: getattr(target, name) for name in cls.NAMES}

    def create(self):
        target = Page(is_in_footer=False)
        self.give_slug(target)
        self.update(target)
        return target


class ArticleFields(Fields):
    PLAIN = (
        "headline", "standfirst", "body", "kind", "language", "comments_policy", "category_id", "lead_picture_id",
    )  # fmt: skip

    def __init__(self, values, slug):
        super().__init__(Article, values, slug)

    @classmethod
    def current_of(cls, article):
        is_out = article.status == Status.PUBLISHED
        return {name: getattr(article, name) for name in cls.PLAIN} | {
            "categories": sorted(article.categories.values_list("pk", flat=True)),
            "tags": sorted(article.tags.values_list("pk", flat=True)),
            "authors": list(article.bylines.values_list("author_id", flat=True)),
            "status": Status.DRAFT if article.status == Status.WITHDRAWN else article.status,
            "published_at": article.published_at.astimezone(UTC).isoformat() if is_out else None,
        }

    def current(self, target):
        return self.current_of(target)

    def update(self, article):
        is_new = article._state.adding
        for name in self.PLAIN:
            setattr(article, name, self.values[name])
        self.give_slug(article)
        if self.values["status"] == Status.PUBLISHED:
            entry = made("import", None, "Taken over as it was published elsewhere", override=NOT_ASKED, stays=False)
            article.publish(datetime.fromisoformat(self.values["published_at"]), entry)
        elif article.status == Status.PUBLISHED:
            article.take_down(made("import", None, "Taken over: not public there any more", stays=False))
        else:
            article.take_over(self.values["status"], made("import", None, "Taken over", stays=False))
        if not is_new:
            article.categories.clear()
            article.tagged.all().delete()
            article.bylines.all().delete()
        if self.values["categories"]:
            article.categories.add(*self.values["categories"])
        ArticleTag.objects.bulk_create(ArticleTag(content_object=article, tag_id=key) for key in self.values["tags"])
        Byline.objects.bulk_create(
            Byline(article=article, author_id=key, position=position)
            for position, key in enumerate(self.values["authors"])
        )


class Photograph(Fields):
    """A picture; its file is read once, when the picture is new or its file has changed."""

    def __init__(self, values, path, is_dry_run):
        super().__init__(Picture, values)
        self.path, self.is_dry_run = path, is_dry_run

    def create(self):
        picture = Picture()
        for name, value in self.values.items():
            setattr(picture, name, value)
        with self.path.open("rb") as opened:
            picture.receive(File(opened, name=self.path.name), trust_name=True)
            if there := Picture.objects.filter(digest=picture.digest).first():
                return there  # the same file, from elsewhere in the export or from another one
            if self.is_dry_run:
                picture.original = f"pictures/{self.path.name}"[:300]  # a name alone: nothing is written
            picture.save()
        return picture
