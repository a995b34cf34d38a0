"""Load the demonstration newsroom that stands beside this file. README.md there describes the files."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from articles import front_plans
from articles.corrections import correct
from articles.demonstration import dossiers, live, readers
from articles.models import (
    Article,
    Author,
    Byline,
    Category,
    Document,
    FrontChange,
    Page,
    Picture,
    Recording,
    SiteSettings,
    Tag,
)
from articles.models.article import Status

FOLDER = Path(__file__).parent
COPIED = ("standfirst", "kicker", "kind", "language", "original_language")


def load(report=lambda line: None):
    """Load what is not there yet and leave what is; return the articles by slug."""
    sections, authors, tags = load_frame()
    pictures = _pictures()
    report(f"{len(pictures)} photographs, {len(sections)} sections, {len(authors)} authors, {len(tags)} tags")
    addresses = {f"picture:{key}": picture.get_absolute_url() for key, picture in pictures.items()} | _kept(pictures)
    now = timezone.now()
    articles = {}
    for path in sorted((FOLDER / "stories").glob("*.html")):
        with transaction.atomic():
            articles[path.stem] = _story(path, now, sections, authors, tags, pictures, addresses)
    dossiers.load(articles)
    readers.load(articles, now)
    report(f"{len(articles)} stories")
    _front(articles, now)
    for position, path in enumerate(sorted((FOLDER / "pages").glob("*.html")), 1):
        front_matter, body = read(path)
        Page.objects.get_or_create(slug=path.stem, defaults={"body": body, "position": position, **front_matter})
    return articles


def load_frame():
    """Load the site's name, sections, authors and tags, and return the last three, each by slug or name."""
    described = tomllib.loads((FOLDER / "newsroom.toml").read_text())
    if not SiteSettings.objects.exists():
        SiteSettings.objects.create(**described["site"])
    return _sections(described["sections"]), _authors(described["authors"]), _tags(described["tags"])


def _sections(described, parent=None):
    found = {}
    for position, section in enumerate(described, 1):
        below = section.pop("sections", [])
        category, _ = Category.objects.get_or_create(
            slug=section["slug"], defaults={**section, "parent": parent, "position": position * 10}
        )
        found |= {category.slug: category} | _sections(below, category)
    return found


def _authors(described):
    return {
        author["slug"]: Author.objects.get_or_create(slug=author["slug"], defaults=author)[0] for author in described
    }


def _tags(described):
    return {name: Tag.objects.get_or_create(name=name)[0] for name in described["names"]}


def _pictures():
    found = {}
    for described in tomllib.loads((FOLDER / "pictures" / "pictures.toml").read_text())["pictures"]:
        key = described.pop("key")
        picture = Picture.objects.filter(title=key).first()
        if picture is None:
            picture = Picture(title=key, **described)
            with (FOLDER / "pictures" / f"{key}.jpg").open("rb") as file:
                picture.receive(File(file, name=f"{key}.jpg"))
                picture.save()
        found[key] = picture
    return found


def _kept(pictures):
    """Load the recordings and documents, and return their addresses, each by kind and name."""
    found = {}
    for described in tomllib.loads((FOLDER / "recordings" / "recordings.toml").read_text())["recordings"]:
        path = FOLDER / "recordings" / described.pop("name")
        recording = Recording.objects.filter(title=described["title"]).first()
        if recording is None:
            recording = Recording(**described | {"poster": pictures.get(described.get("poster"))})
            file = next(filter(Path.exists, map(path.with_suffix, (".mp3", ".webm"))))
            with file.open("rb") as played, path.with_suffix(".vtt").open("rb") as captions:
                recording.receive(File(played))
                recording.receive_captions(File(captions))
                recording.save()
        found[f"recording:{path.name}"] = recording.get_absolute_url()
    for described in tomllib.loads((FOLDER / "documents" / "documents.toml").read_text())["documents"]:
        path = FOLDER / "documents" / described.pop("name")
        document = Document.objects.filter(title=described["title"]).first()
        if document is None:
            document = Document(**described)
            with path.with_suffix(".pdf").open("rb") as file:
                document.receive(File(file))
                document.save()
        found[f"document:{path.name}"] = document.get_absolute_url()
    return found


def read(path):
    """Return the front matter and the body of a file."""
    _, front_matter, body = path.read_text().split("+++\n", 2)
    return tomllib.loads(front_matter), body.strip()


def _front(articles, now):
    """Lay the front page as it came about, each story when it went out, above those before it."""
    if FrontChange.objects.exists():
        return
    placed = []
    for slug, article in articles.items():
        told, _ = read(FOLDER / "stories" / f"{slug}.html")
        if "zone" in told and article.is_public(now):
            placed.append((article.published_at, article, told["zone"]))
    for moment, article, zone in sorted(placed, key=lambda spot: spot[0]):
        plan = front_plans.current(None).place(article.pk, zone, moment, index=0)
        front_plans.put_live(None, plan, what=f"Placed “{article}”", at=moment)


def _story(path, now, sections, authors, tags, pictures, addresses):
    slug = path.stem
    if article := Article.objects.filter(slug=slug).first():
        return article
    told, body = read(path)
    moment = now - timedelta(hours=told.get("hours_ago", 24))
    article = Article(
        slug=slug,
        headline=told["headline"],
        body=re.sub(r'(?<==")(?:picture|recording|document):[\w-]+(?=")', lambda match: addresses[match[0]], body),
        category=sections[told["section"]],
        lead_picture=pictures.get(told.get("picture")),
        **{name: told[name] for name in COPIED if name in told},
        **{f"source_{name}": value for name, value in told.get("source", {}).items()},
    )
    article.save()
    article.categories.set(sections[further] for further in told.get("also", []))
    article.tags.set([tags[name] for name in told.get("tags", [])])
    for position, byline in enumerate(told.get("bylines", [])):
        Byline.objects.create(
            article=article, author=authors[byline["author"]], role=byline.get("role", "writer"), position=position
        )
    live.load(article, told, now, authors, addresses)
    status = told.get("status", Status.PUBLISHED)
    if status == Status.PUBLISHED:
        article.publish(at=moment)
        for correction in told.get("corrections", []):
            at = now - timedelta(hours=correction["hours_ago"])
            correct(article, correction["text"], correction.get("is_material", False), at=at)
    elif status == Status.REVIEW:
        article.send_to_review()
    elif status == Status.APPROVED:
        article.approve()
    return article
