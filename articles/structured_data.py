"""What programs are told of a story, in the words of schema.org. Nothing here asks the database."""

from django.utils import timezone

from articles.models.article import Kind

KINDS = {
    Kind.ANALYSIS: "AnalysisNewsArticle",
    Kind.OPINION: "OpinionNewsArticle",
    Kind.REVIEW: "ReviewNewsArticle",
}


def news_article(article, site, absolute) -> dict:
    """Return a story as JSON-LD; `absolute` makes an address whole. Other apps add what is theirs, such as comments."""
    kind = KINDS.get(article.kind)
    address = absolute(article.get_absolute_url())
    published_at = article.first_published_at or article.published_at
    told = {
        "@context": "https://schema.org",
        "@type": ["NewsArticle", kind] if kind else "NewsArticle",
        "@id": address,
        "mainEntityOfPage": address,
        "headline": article.headline,
        "description": article.standfirst,
        "image": _images(article, absolute),
        "datePublished": moment(published_at),
        "dateModified": moment(article.updated_at or published_at),
        "author": [
            {"@type": "Person", "name": byline.author.name, "url": absolute(byline.author.get_absolute_url())}
            for byline in article.writers
        ],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": site.name,
            "url": absolute("/"),
            **({"logo": {"@type": "ImageObject", "url": absolute(site.mark.url)}} if site.mark else {}),
        },
        "articleSection": article.category.name if article.category else "",
        "inLanguage": article.language,
        "wordCount": article.word_count,
    }
    return {name: value for name, value in told.items() if value}


def moment(value) -> str:
    """Return a moment as the page has it: to the second, in the site's time zone."""
    return timezone.localtime(value).isoformat(timespec="seconds") if value else ""


def _images(article, absolute):
    if not article.share_picture:
        return []
    card = article.share_picture.rendition("card")
    return [{"@type": "ImageObject", "url": absolute(card.url), "width": card.width, "height": card.height}]
