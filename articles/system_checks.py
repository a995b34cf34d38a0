"""What `manage.py check --deploy` says of a newsroom before readers see it."""

from django.core.checks import Info, register
from django.db import DatabaseError, transaction

from articles import trust

MISSING, UNFINISHED = "articles.I001", "articles.I002"


@register("trust", deploy=True)
def trust_pages(app_configs, **kwargs):
    """Name the trust pages that are missing or unfinished; nothing where the database cannot be asked."""
    try:
        with transaction.atomic():
            found = trust.concerns()
    except DatabaseError:
        return []
    return [
        Info(
            f"The page “{concern.purpose.label}”: {concern.words}",
            hint="The desk's home lists these pages, and starts the missing ones.",
            id=UNFINISHED if concern.page else MISSING,
        )
        for concern in found
    ]
