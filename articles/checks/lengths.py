"""Headline and standfirst are there, and not cut off where they are shown in short."""

from articles.checks.findings import Finding, Severity

WORST = Severity.WARNING

HEADLINE, STANDFIRST = 110, 320  # characters that search engines and share cards show at most


def check(subject):
    article = subject.article
    if len(article.headline) > HEADLINE:
        words = (
            f"The headline has {len(article.headline)} characters; lists and share cards cut it off after {HEADLINE}."
        )
        yield Finding("length", Severity.WARNING, words, "headline")
    if not article.standfirst.strip():
        yield Finding(
            "length",
            Severity.WARNING,
            "There is no standfirst: search results will show the first words.",
            "standfirst",
        )
    elif len(article.standfirst) > STANDFIRST:
        words = f"The standfirst has {len(article.standfirst)} characters; search results cut it off long before."
        yield Finding("length", Severity.WARNING, words, "standfirst")
