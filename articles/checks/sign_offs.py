"""What somebody outside the desk signed off is what goes out."""

from articles import sharing
from articles.checks.findings import Finding, Severity


def check(subject):
    if not subject.article.pk:
        return
    for reader in sharing.readers(subject.article):
        if reader.is_void:
            words = f"{sharing.words_of(reader.sign_off)}, and the text was changed since."
            yield Finding("sign-offs", Severity.WARNING, words)
