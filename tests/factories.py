"""Things to test with: each says only what matters to the test that makes it."""

import io
from datetime import timedelta
from itertools import count

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from articles.models import Article, Author, Byline, Category, FrontChange, Page, Picture, Placement, Transition
from articles.models.article import Status
from comments.models import Comment

_number = count(1)


def make_user(name="dora", *groups, is_staff=True):
    user = User.objects.create_user(
        name, f"{name}@example.org", "a long secret", first_name=name.title(), is_staff=is_staff
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def make_category(name=None, **fields):
    return Category.objects.create(name=name or f"Section {next(_number)}", **fields)


def make_article(headline=None, *, published=True, at=None, tags=(), authors=(), **fields):
    """Make an article, public since an hour ago unless told otherwise."""
    status = fields.pop("status", None)
    fields.setdefault("body", "<p>A text of some length.</p>")
    if "category" not in fields:
        fields["category"] = Category.objects.first() or make_category("News")
    is_public = published and status in (None, Status.PUBLISHED)
    article = Article(headline=headline or f"Story {next(_number)}", **fields)
    if status and not is_public:
        article.status = status
    article.save()
    article.tags.set(tags)
    for position, author in enumerate(authors):
        Byline.objects.create(article=article, author=author, position=position)
    if is_public:
        # As an archive comes in: what the checks say is for the tests that ask.
        entry = Transition(step="import", words="Made for a test", override="No test is about it", is_issued=False)
        article.publish(at or timezone.now() - timedelta(hours=1), entry)
    return article


def make_author(name=None, **fields):
    return Author.objects.create(name=name or f"Author {next(_number)}", **fields)


def make_page(title="About", **fields):
    return Page.objects.create(title=title, **fields)


def make_image(width=80, height=60, format="JPEG", color="teal", **options):
    """Return the bytes of a picture."""
    buffer = io.BytesIO()
    mode = "RGBA" if format == "PNG" and options.pop("alpha", False) else "RGB"
    Image.new(mode, (width, height), color).save(buffer, format, **options)
    return buffer.getvalue()


def make_upload(name="picture.jpg", content=None, **image):
    return SimpleUploadedFile(name, make_image(**image) if content is None else content)


def make_picture(**fields):
    image = {key: fields.pop(key) for key in ("width", "height", "color") if key in fields}
    image.setdefault("color", "teal")
    image["comment"] = str(next(_number))  # no two of the same content
    picture = Picture(**{"alt": "A teal rectangle", "credit": "Erin Example", "licence": "CC BY 4.0", **fields})
    picture.receive(make_upload(**image))
    picture.save()
    return picture


def make_comment(article=None, body="Well said.", *, parent=None, status="approved", **fields):
    fields.setdefault("name", "Charlie")
    if status == "erased":  # the database keeps nothing of it
        body = fields["name"] = fields["email"] = ""
    return Comment.objects.create(
        article=article or (parent.article if parent else make_article()),
        parent=parent,
        body=body,
        status=status,
        **fields,
    )


def make_placement(article=None, zone="lead", *, section=None, placed_at=None, **fields):
    """Place an article on a front, decided since an hour ago unless told otherwise."""
    starts_at = fields.pop("starts_at", timezone.now() - timedelta(hours=1))
    placed_at = placed_at or min(starts_at, timezone.now() - timedelta(hours=1))
    change = FrontChange.objects.create(section=section, what="Placed", made_at=placed_at)
    return Placement.objects.create(
        article=article or make_article(),
        zone=zone,
        section=section,
        starts_at=starts_at,
        placed_at=placed_at,
        placed_in=change,
        **fields,
    )
