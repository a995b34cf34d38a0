"""Import a WordPress export: who wrote what, where it was filed, and with which pictures.

The file is read twice: first for what posts refer to (authors, terms, the media library, which an export lists among
and after the posts), then for the posts and pages themselves. Each item is a transaction of its own.
"""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape, unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import slugify

from articles.importers import wxr
from articles.importers.fields import ArticleFields, Fields, PageFields, Photograph, SectionFields, digest_of
from articles.importers.library import Attachment, Library, original_key, url_key
from articles.importers.report import Outcome, Report
from articles.importers.wordpress_markup import Attached, convert
from articles.languages import Language, site_language
from articles.models import Article, Author, Category, FormerAddress, ImportedItem, Page, Picture, Tag
from articles.models.article import Kind, Status
from articles.models.site import CommentsPolicy
from articles.reading import UnreadablePicture
from newsroom import html

LEFT_OUT = {
    "nav_menu_item": "menus are not taken over",
    "wp_navigation": "menus are not taken over",
    "revision": "earlier versions are not taken over",
    "wp_block": "reusable blocks are not taken over",
    "custom_css": "belongs to the old theme",
    "customize_changeset": "belongs to the old theme",
    "wp_font_face": "belongs to the old theme",
    "wp_font_family": "belongs to the old theme",
    "wp_global_styles": "belongs to the old theme",
    "wp_template": "belongs to the old theme",
    "wp_template_part": "belongs to the old theme",
    "oembed_cache": "a cache of WordPress",
    "user_request": "a request of a reader about their data",
}
UNWANTED = {
    "trash": "in the bin there",
    "auto-draft": "an empty draft that WordPress made by itself",
    "inherit": "an earlier version of something",
}
EDITED = "edited here since it was imported, so what changed there was not taken over (--overwrite does)"
DELETED = "deleted here since it was imported (--overwrite brings it back)"
EARLIEST, LATEST = datetime(1605, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


def plain(text: str) -> str:
    """Return the words of a text that may hold tags and entities, in one line."""
    words = unescape(strip_tags(text))
    return " ".join("".join(" " if not character.isprintable() else character for character in words).split())


def decoded(path: str) -> str:
    """Return a path as it is stored: without per cent signs, and without the characters that they may hide."""
    return "".join(character for character in unquote(path) if character.isprintable())


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


class Skip(Exception):
    """An item that is not imported; the message says why."""


class WordPressImport:
    """One run over one file. `receive_comments(article, item, importer)` is called for each article that is here."""

    def __init__(
        self, path: Path, report: Report, *, media: Path | None = None, overwrite=False, zone=None, is_dry_run=False,
        receive_comments=None, progress=lambda count: None,
    ):  # fmt: skip
        self.path, self.report, self.media, self.overwrite = Path(path), report, media, overwrite
        self.zone = zone or timezone.get_default_timezone()
        self.is_dry_run, self.receive_comments, self.progress = is_dry_run, receive_comments, progress
        self.source, self.hosts, self.root, self.base = "", set(), "", ""
        self.language = site_language()
        self.categories, self.category_numbers, self.tags, self.authors = {}, {}, {}, {}
        # The menu that editors have made stays as it is; where there is none, what comes in makes it.
        self.had_menu = Category.objects.in_menu().exists()
        self.removed_characters = self.unreadable_characters = self.with_unresolved_links = 0

    def run(self):
        """Import all of it, or with `is_dry_run` report what would be.

        Raises wxr.NotAnExport before anything is stored; wxr.Malformed once all that stands before the broken place
        has been imported.
        """
        if not self.is_dry_run:
            return self._run()
        with transaction.atomic():
            try:
                return self._run()
            finally:
                transaction.set_rollback(True)

    def _run(self):
        with Library(self.media) as self.library:
            broken = self._survey()
            for record in self._records():
                if isinstance(record, wxr.ItemRecord) and record.type != "attachment":
                    self._item(record)
            self._mend_links()
        if broken is not None:
            raise broken

    def _survey(self):
        """Import what posts refer to. Returns the wxr.Malformed that ended it early, if one did."""
        waiting = []  # categories: a child may stand before its parent
        for record in self._records(is_first=True):
            match record:
                case wxr.Site():
                    self._recognise(record)
                case wxr.AuthorRecord():
                    self._author(record)
                case wxr.TermRecord(taxonomy="category"):
                    waiting.append(record)
                case wxr.TermRecord(taxonomy="post_tag"):
                    self._tag(record)
                case wxr.ItemRecord(type="attachment"):
                    self._attachment(record)
        self._categories(waiting)
        return self.broken

    def _records(self, is_first=False):
        """Read the file; a broken place ends it, and is kept in `broken`."""
        self.broken = None
        with self.path.open("rb") as file:
            text = wxr.CleanText(file, self.progress)
            try:
                yield from wxr.read(text)
            except wxr.Malformed as error:
                self.broken = error
            if is_first:
                self.removed_characters, self.unreadable_characters = text.removed, text.unreadable

    def _recognise(self, site):
        parts = urlsplit(site.url)
        host = (parts.hostname or "unknown").lower()
        self.root = parts.path.rstrip("/")
        self.source = f"{host.removeprefix('www.')}{self.root}"[:200]
        self.hosts = {host, host.removeprefix("www."), f"www.{host}"}
        self.base = f"{site.url.rstrip('/')}/"
        code = site.language.lower().replace("_", "-")
        self.language = next((c for c in (code, code.split("-")[0]) if c in Language.values), site_language())

    # -- what is here already, what is new, what changed

    def _keep(self, kind, original_id, number, title, handler, *, path="", adopt=None, remarks=()):
        """Store an item, unless it is here: then only what changed there and was not edited here.

        `adopt` finds what the desk made for the same purpose: it is used, and left as it is. Returns what the item is
        here, or None where it was deleted.
        """
        path = path if len(path) <= 500 else ""
        digest = digest_of(handler.values)
        item = self._imported(kind, original_id)
        if item is None:
            item = ImportedItem(source=self.source, kind=kind, original_id=original_id[:300])
            outcome, more = self._first_time(item, handler, adopt)
        else:
            outcome, more = self._again(item, handler, digest)
        if outcome in (Outcome.CREATED, Outcome.UPDATED):
            more = [*remarks, *more]
        is_kept = outcome is not Outcome.SKIPPED
        if is_kept and (item.pk is None or (item.digest, item.path) != (digest, path) or outcome is Outcome.CREATED):
            item.digest, item.path, item.number = digest, path, number[:20]
            item.save()
            more = [*more, *self._remember(item)]
        self.report.add(item.get_kind_display().lower(), number or original_id, title, outcome, *more)
        return item.target

    def _first_time(self, item, handler, adopt):
        target = adopt() if adopt else None
        setattr(item, handler.name, target or handler.create())
        if target is not None:
            return Outcome.UNCHANGED, ["is here already under this name, and was left as it is"]
        return Outcome.CREATED, handler.remarks

    def _again(self, item, handler, digest):
        target = item.target
        if target is None:
            if not self.overwrite:
                return Outcome.SKIPPED, [DELETED]
            setattr(item, handler.name, handler.create())
            return Outcome.CREATED, handler.remarks
        if item.digest == digest and not self.overwrite:
            return Outcome.UNCHANGED, []
        current = digest_of(handler.current(target))
        if current == digest:
            return Outcome.UNCHANGED, []
        if current != item.digest and not self.overwrite:
            return Outcome.SKIPPED, [EDITED]
        handler.update(target)
        return Outcome.UPDATED, handler.remarks

    def _remember(self, item):
        """Keep the addresses that a public thing had there; yield a remark about each that is taken here."""
        target = item.target
        if item.kind == ImportedItem.Kind.PICTURE or not is_addressed(target):
            return
        paths = [item.path] if item.path else []
        if item.kind == ImportedItem.Kind.POST:
            paths.append(f"{self.root}/?p={item.number}")
        elif item.kind == ImportedItem.Kind.PAGE:
            paths.append(f"{self.root}/?page_id={item.number}")
        yield from self._remember_paths(target, paths)

    def _remember_paths(self, target, paths):
        if any(len(path) > 500 for path in paths):
            yield "its old address is longer than can be kept"
        paths = {path for path in paths if len(path) <= 500} - {"/", unquote(target.get_absolute_url())}
        name = target._meta.model_name
        for former in FormerAddress.objects.filter(path__in=paths):
            paths.discard(former.path)
            if getattr(former, f"{name}_id") != target.pk:
                yield f"its old address {former.path} leads to something else here already"
        FormerAddress.objects.bulk_create(FormerAddress(path=path, **{name: target}) for path in sorted(paths))

    def _attempt(self, kind, number, title, work, *arguments):
        """Do the work of one item in a transaction of its own; what the database or a rule refuses is reported."""
        try:
            with transaction.atomic():
                return work(*arguments)
        except ValidationError as error:
            reason = " ".join(error.messages)
        except (IntegrityError, DataError) as error:
            reason = f"the database refused it: {str(error).splitlines()[0]}"
        except (Skip, ValueError) as error:
            reason = str(error)
        self.report.add(kind, number, title, Outcome.SKIPPED, reason)
        self._recall()
        return None

    def _recall(self):
        """Know again what is stored, after something was taken back."""
        for known, kind in (
            (self.authors, ImportedItem.Kind.AUTHOR),
            (self.categories, ImportedItem.Kind.CATEGORY),
            (self.tags, ImportedItem.Kind.TAG),
        ):
            known.clear()
            found = ImportedItem.objects.filter(source=self.source, kind=kind)
            known.update(found.values_list("original_id", f"{kind}_id"))

    # -- authors, sections, tags

    def _author(self, record):
        if record.login:
            self._attempt("author", record.login, record.name, self._keep_author, record)

    def _keep_author(self, record, *remarks):
        name = shortened(plain(record.name) or record.login, 150)

        def same_mail():
            mail = record.email.strip()
            return Author.objects.filter(Q(email__iexact=mail) | Q(user__email__iexact=mail)).first() if mail else None

        author = self._keep(
            ImportedItem.Kind.AUTHOR, record.login, "", name,
            Fields(Author, {"name": name, "bio": shortened(plain(record.bio), 2000)}),
            path=f"{self.root}/author/{slugify(record.login, allow_unicode=True)}/", adopt=same_mail, remarks=remarks,
        )  # fmt: skip
        self.authors[record.login] = author and author.pk
        return author

    def _author_id(self, login, name=""):
        """Return the key of an author by the login; one whom the export does not introduce is made of the name."""
        if login not in self.authors:
            record = wxr.AuthorRecord(login, name=name or login)
            self._keep_author(record, "the export does not introduce this author; the name is the login")
        return self.authors[login]

    def _categories(self, records):
        by_slug = {record.slug: record for record in records if record.slug}
        done = set()
        for record in by_slug.values():
            chain = []
            while record is not None and record.slug not in done:
                if record in chain:
                    record = None
                    break
                chain.append(record)
                record = by_slug.get(record.parent)
            for member in reversed(chain):
                done.add(member.slug)
                self._attempt("section", member.slug, member.name, self._keep_category, member)

    def _keep_category(self, record):
        remarks, parent = [], None
        if record.parent:
            parent = self.categories.get(record.parent)
            if parent is None:
                remarks.append(f"the section above it, “{record.parent}”, is missing or below it: put at the top")
        name = shortened(plain(record.name) or record.slug, 100)
        values = {"name": name, "description": shortened(plain(record.description), 300), "parent_id": parent}
        path = f"{self._path_of(record.parent) if parent else f'{self.root}/category/'}{decoded(record.slug)}/"
        category = self._keep(
            ImportedItem.Kind.CATEGORY, record.slug, "", name,
            SectionFields(values, record.slug, not self.had_menu), path=path,
            adopt=lambda: Category.objects.filter(name=name, parent=parent).first(), remarks=remarks,
        )  # fmt: skip
        if category is not None:
            self.categories[record.slug] = category.pk
            if record.number:
                self.category_numbers[record.number] = record.slug
        return category

    def _path_of(self, slug):
        item = ImportedItem.objects.filter(source=self.source, kind=ImportedItem.Kind.CATEGORY, original_id=slug)
        return item.values_list("path", flat=True).first() or f"{self.root}/category/"

    def _tag(self, record):
        self._attempt("tag", record.slug, record.name, self._keep_tag, record)

    def _keep_tag(self, record):
        name = shortened(plain(record.name) or record.slug, 100)
        values = {"name": name, "description": shortened(plain(record.description), 300)}
        tag = self._keep(
            ImportedItem.Kind.TAG, record.slug, "", name, Fields(Tag, values, record.slug),
            path=f"{self.root}/tag/{decoded(record.slug)}/",
            adopt=lambda: Tag.objects.filter(name__iexact=name).first(),
        )  # fmt: skip
        if tag is not None:
            self.tags[record.slug] = tag.pk
        return tag

    def _terms(self, item, taxonomy, known, keep):
        """Return the keys of an item's terms in their order; those not declared at the top are made of the name."""
        keys = []
        for found, slug, name in item.terms:
            if found == taxonomy and (slug or name):
                slug = slug or slugify(name, allow_unicode=True)
                if slug not in known:
                    keep(wxr.TermRecord(taxonomy, slug, name))
                if known.get(slug):
                    keys.append(known[slug])
        return list(dict.fromkeys(keys))

    def _uncategorised(self):
        for slug in ("uncategorized", "uncategorised"):
            if slug in self.categories:
                return self.categories[slug]
        category = Category.objects.filter(name="Uncategorised", parent=None).first()
        if category is None:
            category = Category(name="Uncategorised", is_in_menu=not self.had_menu)
            category.save()
        self.categories["uncategorised"] = category.pk
        return category.pk

    # -- pictures

    def _attachment(self, record):
        title = plain(record.title) or record.slug
        attachment = Attachment(
            number=record.number, url=record.attachment_url, alt=plain(record.meta.get("_wp_attachment_image_alt", "")),
            caption=plain(record.excerpt), parent=record.parent, order=record.order,
            page=record.link,
        )  # fmt: skip
        picture = self._attempt("picture", record.number, title, self._keep_picture, record, attachment, title)
        self.library.add(attachment, picture and picture.pk)

    def _keep_picture(self, record, attachment, title):
        if record.status == "trash":
            raise Skip(UNWANTED["trash"])
        if not attachment.is_picture:
            raise Skip("not a picture; links to it still lead to where it was")
        original_id = identity(record)
        file = self.library.file(attachment.url)
        if file is None:
            item = self._imported(ImportedItem.Kind.PICTURE, original_id)
            if item is None or item.picture is None:
                why = "its file is not in the folder" if self.media else "no folder with the files was named (--media)"
                raise Skip(f"{why}; where it is shown, a link leads to where it was")
        values = {
            "title": shortened(title, 200),
            "alt": shortened(attachment.alt, 500),
            "caption": shortened(attachment.caption, 1000),
            "credit": shortened(credit_of(record.meta), 200),
        }
        return self._keep(
            ImportedItem.Kind.PICTURE, original_id, record.number, title, Photograph(values, file, self.is_dry_run),
            path=url_key(attachment.url),
        )  # fmt: skip

    def _imported(self, kind, original_id):
        return ImportedItem.objects.filter(source=self.source, kind=kind, original_id=original_id[:300]).first()

    def picture(self, url, number=""):
        """Return the picture that is shown at an address of the old site, or None where its file is not here."""
        attachment, key = self.library.find(url, number)
        if attachment is None and self._is_upload(url):
            key = self._picture_of_another_file(path__in=[url_key(url), original_key(url_key(url))])
            if key is None and (file := self.library.file(url)):
                key = self._loose_picture(url, file)
        return Picture.objects.filter(pk=key).first() if key else None

    def _picture_of_another_file(self, **where):
        """Return the key of a picture that came with another file of the same export."""
        items = ImportedItem.objects.filter(source=self.source, kind=ImportedItem.Kind.PICTURE, **where)
        return items.values_list("picture_id", flat=True).first()

    def _is_upload(self, url):
        return (urlsplit(url).hostname or "").lower() in self.hosts or "/wp-content/uploads/" in url

    def _loose_picture(self, url, file):
        """Import a file that a text shows although the export does not list it."""
        values = {"title": file.name[:200], "alt": "", "caption": "", "credit": ""}
        with suppress(UnreadablePicture):
            picture = self._keep(
                ImportedItem.Kind.PICTURE, f"file:{url_key(url)}", "", file.name,
                Photograph(values, file, self.is_dry_run), path=url_key(url),
            )  # fmt: skip
            return picture and picture.pk
        return None

    # -- posts and pages

    def _item(self, record):
        title = plain(record.title)
        kind = {"post": "article", "page": "page"}.get(record.type)
        if kind is None:
            reason = LEFT_OUT.get(record.type, f"the type “{shortened(record.type, 60)}” is not known here")
            self.report.add("other", record.number, title or record.slug, Outcome.SKIPPED, reason)
        elif record.status in UNWANTED:
            self.report.add(kind, record.number, title, Outcome.SKIPPED, UNWANTED[record.status])
        else:
            keep = self._keep_article if kind == "article" else self._keep_page
            kept = self._attempt(kind, record.number, title or "Untitled", keep, record)
            if kind == "article" and kept is not None and self.receive_comments is not None:
                self.receive_comments(kept, record, self)  # after the article, since a post may have many thousands

    def _headline(self, record, length, remarks):
        headline = plain(record.title)
        if not headline:
            remarks.append("has no title there")
            return "Untitled"
        if len(headline) > length:
            remarks.append(f"the title is longer than {length} characters and was cut")
        return shortened(headline, length)

    def _body(self, record, remarks):
        converted = convert(record.content, Surroundings(self, record))
        remarks += converted.remarks
        return self.with_links(html.clean(converted.html))

    def _keep_article(self, record):
        remarks = []
        moment = self.moment(record.date_gmt, record.date, record.published)
        body, is_complete = self._body(record, remarks)
        categories = self._terms(record, "category", self.categories, self._keep_category) or [self._uncategorised()]
        primary = self._primary(record, categories)
        standfirst = plain(record.excerpt)
        if len(standfirst) > 1000:
            remarks.append("the excerpt is longer than 1,000 characters and was cut")
        values = {
            "headline": self._headline(record, 300, remarks),
            "standfirst": shortened(standfirst, 1000),
            "body": body,
            "kind": Kind.PHOTO_ESSAY if ("post_format", "post-format-gallery") in formats(record) else Kind.NEWS,
            "language": self.language,
            "comments_policy": CommentsPolicy.CLOSED if record.comment_status == "closed" else "",
            "category_id": primary,
            "lead_picture_id": self._lead_picture(record, remarks),
            "categories": sorted(key for key in categories if key != primary),
            "tags": sorted(self._terms(record, "post_tag", self.tags, self._keep_tag)),
            "authors": self._bylines(record),
        }
        values |= self._standing(record, moment, values, remarks)
        if record.is_sticky:
            remarks.append("was pinned to the front page there; place it by hand if it still should be")
        path = self._path(record.link)
        article = self._keep(
            ImportedItem.Kind.POST, identity(record), record.number, values["headline"],
            ArticleFields(values, record.slug), path=path, remarks=remarks,
        )  # fmt: skip
        if article is None:
            return None
        if not is_complete:
            self.library.postpone("article", article.pk)
        if (former := record.meta.get("_wp_old_slug")) and record.slug and article.status == Status.PUBLISHED:
            list(self._remember_paths(article, [path.replace(decoded(record.slug), decoded(former))]))
        return article

    def _standing(self, record, moment, values, remarks):
        """Say whether the article is public, and since when. What was not public there is not made so here."""
        status, now = Status.DRAFT, timezone.now()
        if record.password:
            remarks.append("protected by a password there: kept as a draft")
        elif record.status == "publish" and moment is None:
            remarks.append("published there, but with no date that can be read: kept as a draft")
        elif record.status == "future" and (moment is None or (moment <= now and not self._is_out(record, moment))):
            remarks.append("was still to go out when it was exported, and that moment has passed: kept as a draft")
        elif record.status in ("publish", "future"):
            status = Status.PUBLISHED
            fields = {name: values[name] for name in ("headline", "body", "category_id")}
            if gaps := Article(**fields).gaps():
                status = Status.DRAFT
                remarks.append(f"published there, kept as a draft here: {' '.join(ValidationError(gaps).messages)}")
            elif moment > now:
                remarks.append(f"goes out by itself on {timezone.localtime(moment, self.zone):%Y-%m-%d %H:%M %Z}")
        elif record.status == "pending":
            status = Status.REVIEW
        elif record.status == "private":
            remarks.append("private there: kept as a draft")
        elif record.status != "draft":
            remarks.append(f"has the status “{shortened(record.status, 40)}” there: kept as a draft")
        return {"status": status, "published_at": moment.isoformat() if status == Status.PUBLISHED else None}

    def _is_out(self, record, moment):
        """Whether what was scheduled there has gone out here since, at the moment it was meant to."""
        item = self._imported(ImportedItem.Kind.POST, identity(record))
        return item is not None and item.article is not None and item.article.published_at == moment

    def _primary(self, record, categories):
        for name in ("_yoast_wpseo_primary_category", "rank_math_primary_category"):
            slug = self.category_numbers.get(record.meta.get(name, "").strip())
            if slug and self.categories.get(slug) in categories:
                return self.categories[slug]
        default = self.categories.get("uncategorized")
        return next((key for key in categories if key != default), categories[0])

    def _bylines(self, record):
        logins = [
            (slug.removeprefix("cap-"), name) for taxonomy, slug, name in record.terms if taxonomy == "author" and slug
        ] or ([(creator, "")] if (creator := record.creator.strip("<> ")) else [])
        return list(dict.fromkeys(filter(None, (self._author_id(login, plain(name)) for login, name in logins))))

    def _lead_picture(self, record, remarks):
        number = record.meta.get("_thumbnail_id", "").strip()
        if not number or number == "0":
            return None
        key = self.library.picture_key(number) or self._picture_of_another_file(number=number[:20])
        if key is None:
            remarks.append("its featured picture is not here")
        return key

    def _keep_page(self, record):
        remarks = []
        body, is_complete = self._body(record, remarks)
        is_published = record.status == "publish" and not record.password
        if record.password:
            remarks.append("protected by a password there: not published here")
        elif record.status not in ("publish", "draft", "pending"):
            remarks.append(f"{record.status} there: not published here")
        if record.meta.get("_thumbnail_id", "0").strip() not in ("", "0"):
            remarks.append("pages have no lead picture here")
        position = record.order if record.order.isdecimal() and int(record.order) < 2**31 else "0"
        values = {
            "title": self._headline(record, 200, remarks),
            "body": body,
            "is_published": is_published,
            "position": int(position),
        }
        page = self._keep(
            ImportedItem.Kind.PAGE, identity(record), record.number, values["title"],
            PageFields(Page, values, record.slug), path=self._path(record.link), remarks=remarks,
        )  # fmt: skip
        if page is not None and not is_complete:
            self.library.postpone("page", page.pk)
        for comment in record.comments if page is not None else ():
            title = f"{plain(comment.author)} on “{values['title']}”"
            self.report.add("comment", comment.number, title, Outcome.SKIPPED, "pages have no comments here")

    def moment(self, gmt, local="", published=""):
        """Return the moment that WordPress's dates mean; the local one is in the blog's zone. None for none."""
        for text, zone in ((gmt, UTC), (local, self.zone)):
            with suppress(ValueError, OverflowError):
                found = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
                if EARLIEST <= found <= LATEST:
                    return found
        with suppress(ValueError, TypeError, OverflowError, IndexError):
            found = parsedate_to_datetime(published)
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
            return found if EARLIEST <= found <= LATEST else None
        return None

    # -- addresses and links

    def _path(self, link):
        parts = urlsplit(link)
        if (parts.hostname or "").lower() not in self.hosts:
            return ""
        return decoded(re.sub("//+", "/", parts.path)) if parts.path not in ("", "/") and not parts.query else ""

    def with_links(self, body):
        """Return a body whose links to what was imported lead there, and whether all of them could be resolved."""
        is_complete = True

        def rewritten(match):
            nonlocal is_complete
            url = unescape(match[1])
            address = self._address_here(url)
            if address is None:
                is_complete = False
            return f'href="{escape(address or url)}"'

        return re.sub(r'(?<=<a )href="([^"]*)"', rewritten, body), is_complete

    def _address_here(self, url):
        """Return where a link leads now: the address itself outside the old site, None for what is not known yet."""
        try:
            parts = urlsplit(url)
            query = parse_qs(parts.query)
        except ValueError:
            return url
        if (parts.hostname or "").lower() not in self.hosts or "/wp-content/" in parts.path:
            return url
        items = ImportedItem.objects.filter(source=self.source)
        if number := next((query[name][0] for name in ("p", "page_id") if name in query), ""):
            items = items.filter(number=number[:20]).exclude(kind=ImportedItem.Kind.PICTURE)
        else:
            path = decoded(re.sub("//+", "/", parts.path)).rstrip("/")
            if not path.removeprefix(self.root):
                return "/"
            items = items.filter(path__in=[path[:500], f"{path}/"[:500]])
        for item in items:
            if is_addressed(item.target):
                return item.target.get_absolute_url() + (f"#{parts.fragment}" if parts.fragment else "")
        return None

    def _mend_links(self):
        """Resolve the links that pointed ahead, to what was imported later in the file."""
        for name, key in self.library.postponed():
            model, handler = (Article, ArticleFields) if name == "article" else (Page, PageFields)
            target = model.objects.filter(pk=key).first()
            if target is None:
                continue  # the database took it back
            body, is_complete = self.with_links(target.body)
            self.with_unresolved_links += not is_complete
            if body == target.body:
                continue
            item = ImportedItem.objects.get(source=self.source, **{name: target})
            current = handler.current_of(target)
            if digest_of(current) != item.digest:
                continue  # edited here: the links stay as the editor left them
            with transaction.atomic():
                target.body = body
                # Links alone are other, and lead to what was published elsewhere as well.
                target.save(**({"is_asked": True} if model is Article else {}))
                item.digest = digest_of(handler.current_of(target))
                item.save()


def identity(record):
    """Return what stays of a post whatever is edited, be it the blog's domain.

    The number alone is not enough: exports that were put together by hand, or of a blog that was set up anew under
    its old address, use one twice. Nor is the guid, which plugins that copy posts copy too.
    """
    guid = record.guid.strip()
    return f"{record.number} {re.sub(r'^https?://[^/]*', '', guid)}".strip()


def is_addressed(target):
    """Whether an imported item has an address that will stay."""
    if isinstance(target, Article):
        return target.status == Status.PUBLISHED
    return target.is_published if isinstance(target, Page) else target is not None and not isinstance(target, Picture)


def formats(record):
    return {(taxonomy, slug) for taxonomy, slug, _ in record.terms if taxonomy == "post_format"}


def credit_of(meta):
    """Return the credit that a plugin or the camera's own record gives a picture."""
    if given := meta.get("_media_credit", ""):
        return plain(given)
    for name in ("credit", "copyright"):
        # PHP's serialised form; it is searched, never loaded.
        if match := re.search(rf's:\d+:"{name}";s:\d+:"([^"]+)"', meta.get("_wp_attachment_metadata", "")):
            return plain(match[1])
    return ""


class Surroundings:
    """What one text of the export may ask about the rest of it."""

    def __init__(self, importer, record):
        self.importer, self.record = importer, record
        self.base = importer.base
        self.picture = importer.picture

    def gallery(self, numbers):
        return [
            Attached(found.url, found.number, found.alt, found.caption)
            for found in self.importer.library.gallery(numbers, self.record.number)
        ]

    def is_picture_page(self, url):
        return self.importer.library.has_page(url)

    def footnote(self, name):
        try:
            notes = json.loads(self.record.meta.get("footnotes", "") or "[]")
        except (ValueError, RecursionError):
            return ""
        if not isinstance(notes, list):
            return ""
        return next(
            (str(note.get("content", "")) for note in notes if isinstance(note, dict) and note.get("id") == name), ""
        )
