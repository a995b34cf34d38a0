"""The rights of the pictures hold when the article goes out, and for a while after."""

from datetime import timedelta

from articles.checks.findings import Finding, Severity

WORST = Severity.ERROR

A_WHILE = timedelta(days=14)


def check(subject):
    for field, messages in subject.article.unusable_pictures(subject.at).items():
        for message in messages:
            yield Finding("rights", Severity.ERROR, message, field)
    for field, picture in subject.pictures:
        if picture.is_usable(subject.at) and not picture.is_usable(subject.at + A_WHILE):
            words = f"The rights of “{picture}” end within two weeks of its going out."
            yield Finding("rights", Severity.WARNING, words, field)
