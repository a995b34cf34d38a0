"""Every picture is described, or marked as decoration."""

from articles.checks.findings import Finding, Severity

WORST = Severity.ERROR


def check(subject):
    for field, messages in subject.article.undescribed_pictures().items():
        for message in messages:
            yield Finding("description", Severity.ERROR, message, field)
