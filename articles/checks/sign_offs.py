"""What somebody outside the desk signed off is what goes out."""

from articles import revisions, sharing
from articles.checks.findings import Finding, Severity

WORST = Severity.WARNING


def check(subject):
    if not subject.article.pk:
        return
    now = {name: revisions.plain_value(subject.article, name) for name in revisions.WORDS}
    for reader in sharing.readers(subject.article):
        if reader.sign_off is None:
            continue
        signed = reader.sign_off.revision.snapshot
        is_other = any(signed.get(name) != value for name, value in now.items())
        if reader.is_void or is_other or sorted(signed.get("tags", [])) != sorted(subject.tags):
            words = f"{sharing.words_of(reader.sign_off)}, and the text was changed since."
            yield Finding("sign-offs", Severity.WARNING, words)
