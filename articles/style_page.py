"""The style page: every component of the theme, in light and dark, for those who work on it and at the desk."""

from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from articles import contrast
from articles.brand import TOKENS, WHITE, Brand
from articles.licences import Origin
from articles.models import (
    Article,
    Author,
    BreakingNews,
    Correction,
    Document,
    LiveUpdate,
    Picture,
    Recording,
    SiteSettings,
)
from articles.models.article import Kind
from articles.paging import cards
from articles.views import article_context

SCALE = ("lead", "article", "page", "name", "xxl", "xl", "l", "", "s", "opinion")
SPACES = (0.25, 0.375, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3.5)
GROUNDS = {"paper", "wash", "rule", "mark"}
STORIES = 12


class SampleForm(forms.Form):
    email = forms.EmailField(help_text="What you write here goes nowhere.")
    words = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class Samples:
    """What the components are shown with: the site's own newest stories, and words where it has none of a kind."""

    def __init__(self, request):
        self.request = request
        self.now = timezone.now()
        self.site = SiteSettings.current()

    @cached_property
    def stories(self):
        return cards(list(Article.objects.published().newest_first().values_list("pk", flat=True)[:STORIES]))

    @cached_property
    def story(self):
        return next((story for story in self.stories if story.picture), next(iter(self.stories), None))

    @cached_property
    def block(self):
        return self.story and {"block": {"section": self.story.category, "stories": self.stories}}

    def of_kind(self, kind):
        ids = Article.objects.published().filter(kind=kind).values_list("pk", flat=True)
        return next(iter(cards(list(ids[:1]))), None)

    def article(self, *kinds):
        """The context of an article's page, of the first of these kinds that there is, or of any."""
        published = Article.objects.published().newest_first()
        found = next(filter(None, (published.filter(kind=kind).first() for kind in kinds)), published.first())
        return found and article_context(self.request, found)

    @cached_property
    def feature(self):
        return self.article(Kind.FEATURE)

    @property
    def correction(self):
        article = self.story or Article(headline="A headline")
        return Correction(pk=0, article=article, text="The bridge is 214 metres long, not 241.", is_material=True)

    @property
    def update(self):
        return LiveUpdate(pk=0, headline="The bridge is open again", published_at=self.now)

    @cached_property
    def author(self):
        return Author.objects.select_related("picture__fallback").first()

    @cached_property
    def picture(self):
        return next((found for found in Picture.objects.with_fallback()[:STORIES] if found.shown()), None)

    @property
    def page(self):
        return Paginator(self.stories * 6 or [None] * 20, 5).page(2)

    @property
    def figures(self):
        image = '<figure><img src="{}" alt="{}"></figure>'
        return self.picture and format_html(image * 3, *[self.picture.url, self.picture.alt] * 3)

    def newsletter(self):
        site = SimpleNamespace(name=self.site.name, newsletter_promise="The week in ten stories, each Saturday.")
        return {"site": site}

    def recording(self):
        found = Recording.objects.first()
        return found and {"recording": found, "title": found.title}

    def document(self):
        found = Document.objects.first()
        return found and {"document": found, "title": found.title}

    def corrections(self):
        page = Paginator([self.correction], 10).page(1)
        page.object_list[0].made_at = self.now
        return {"page": page, "page_numbers": [1]}

    def corrected(self):
        correction = self.correction
        correction.made_at = self.now
        return {"corrections": [correction], "material_correction": correction}

    def live(self):
        body = format_html("<p>{}</p>", "The first cars crossed at noon, an hour before the time that was announced.")
        entry = SimpleNamespace(update=self.update, body=body, at=1, version=1)
        return {"entry": entry, "live_url": "", "key_points": [self.update], "on_page": [0]}


def _story(samples, **more):
    return samples.story and {"story": samples.story, "article": samples.story, **more}


def _ranked(samples):
    return {"title": "Most read", "stories": samples.stories[:5], "small": True}


# Every file of templates/components/, by name, and what it is shown with; nothing where the site has nothing to show.
COMPONENTS = {
    "alternates": lambda samples: samples.feature,
    "article_figure": lambda samples: samples.feature,
    "article_foot": lambda samples: samples.feature,
    "block_feature": lambda samples: samples.block,
    "block_half": lambda samples: samples.block,
    "block_head": lambda samples: {"title": "A block's heading", "url": "/", "more": "All of it"},
    "block_list": lambda samples: samples.block,
    "block_row": lambda samples: samples.block,
    "block_words": lambda samples: samples.block,
    "breaking": lambda samples: {
        "breaking": BreakingNews(pk=0, text="The bridge is closed to all traffic", starts_at=samples.now)
    },
    "byline": lambda samples: samples.feature and {**samples.feature, "portraits": True},
    "caption": lambda samples: samples.picture and {"picture": samples.picture, "caption": "What is seen here."},
    "contact": lambda samples: {"site": samples.site},
    "contents": lambda samples: samples.feature,
    "corrected": Samples.corrected,
    "corrections": Samples.corrected,
    "corrections_list": Samples.corrections,
    "document_card": Samples.document,
    "equipment": lambda samples: {},
    "essay_band": lambda samples: _story(samples, others=samples.stories[1:3]),
    "features": lambda samples: {"stories": samples.stories[:3]},
    "field": lambda samples: {"field": SampleForm({"email": "nobody"}, auto_id="sample_%s")["email"]},
    "footer": lambda samples: {"site": samples.site},
    "gallery": lambda samples: samples.figures and {"figures": samples.figures, "count": 3, "name": "A gallery"},
    "icon": lambda samples: {"name": "star"},
    "kept_in": lambda samples: {"stories": samples.stories[:2]},
    "kicker": _story,
    "lead": lambda samples: _story(samples, related=samples.stories[1:4]),
    "live_key_points": Samples.live,
    "live_update": Samples.live,
    "machine": lambda samples: {"picture": Picture(origin=Origin.GENERATED)},
    "margin": lambda samples: samples.feature,
    "masthead": lambda samples: {"site": samples.site, "front": True},
    "masthead_people": lambda samples: samples.author and {"people": [samples.author]},
    "meta": _story,
    "moment": lambda samples: {"moment": samples.now},
    "most_read": _ranked,
    "names": _story,
    "newsletter": Samples.newsletter,
    "pager": lambda samples: {"page": samples.page, "page_numbers": [1, 2, 3, None], "first": "", "start": "?"},
    "part_of": lambda samples: samples.feature,
    "places": lambda samples: samples.feature,
    "player": Samples.recording,
    "portrait": lambda samples: samples.author and {"author": samples.author, "size": "m"},
    "preview_bar": _story,
    "rail_most_read": lambda samples: {"article": SimpleNamespace(read_beside=samples.stories[:4])},
    "rating": lambda samples: samples.article(Kind.REVIEW),
    "recommend": lambda samples: _story(samples, words="12 readers recommend this"),
    "result": lambda samples: _story(samples, snippet=[("A text with a ", False), ("hit", True), (" in it", False)]),
    "rights_line": lambda samples: samples.picture and {"thing": samples.picture},
    "river": lambda samples: {"stories": samples.stories[:3], "today": samples.now.date()},
    "search_form": lambda samples: {},
    "sections": lambda samples: {},
    "share": lambda samples: samples.feature,
    "social": lambda samples: samples.feature,
    "story": lambda samples: _story(samples, deck=True),
    "story_count": lambda samples: {"page": samples.page},
    "story_list": lambda samples: {"stories": samples.stories[:3], "page": samples.page, "page_numbers": [1, 2, 3]},
    "translations": lambda samples: samples.feature and {**samples.feature, "translations": samples.stories[:1]},
    "voice": lambda samples: (
        (story := samples.of_kind(Kind.OPINION) or samples.story) and {"story": story, "deck": True}
    ),
    "ways_on": lambda samples: {"stories": samples.stories[:2]},
}
# These stand in the head of a page and show nothing.
UNSEEN = {"alternates", "equipment", "social"}
# These need the width of a page; their two modes stand below each other.
WIDE = {
    "article_figure", "block_feature", "block_list", "block_row", "essay_band", "features", "footer", "lead",
    "masthead", "newsletter", "sections", "story_list", "breaking", "preview_bar", "ways_on",
}  # fmt: skip


@require_safe
@cache_control(private=True, no_store=True)
def style(request):
    if not request.user.is_staff:
        raise Http404("Only the desk has a style page.")
    samples = Samples(request)
    return render(
        request,
        "articles/style.html",
        {
            "components": [_shown(name, samples) for name in sorted(COMPONENTS)],
            "colours": list(colours(Brand(samples.site))),
            "scale": SCALE,
            "spaces": SPACES,
            "icons": _icons(),
            "form": SampleForm(),
            "canonical": request.build_absolute_uri(reverse("articles:style")),
            "noindex": True,
        },
    )


def _shown(name, samples):
    context = None if name in UNSEEN else COMPONENTS[name](samples)
    template = f"components/{name}.html"
    html = render_to_string(template, context, samples.request) if context is not None else ""
    return {"name": name, "html": html if html.strip() else "", "is_wide": name in WIDE, "is_unseen": name in UNSEEN}


def colours(brand):
    """Each colour of the theme with its contrast on paper and wash, in light and dark."""
    for name, pair in TOKENS.items():
        pair = brand.accents if name == "accent" else (brand.colour, brand.colour) if name == "accent-fill" else pair
        modes = []
        for mode, value in enumerate(pair):
            ratios = [contrast.ratio(value, TOKENS[ground][mode]) for ground in ("paper", "wash")]
            modes.append({"value": value, "paper": ratios[0], "wash": ratios[1], "white": contrast.ratio(value, WHITE)})
        yield {"name": name, "modes": modes, "is_ground": name in GROUNDS, "is_fill": name == "accent-fill"}


def _icons():
    drawn = (Path(settings.BASE_DIR) / "static" / "site" / "icons.svg").read_text()
    return [part.partition('"')[0] for part in drawn.split('<symbol id="')[1:]]
