"""What is done after the request that asked for it. Each may run twice, late, or never: pages are right regardless."""

import logging

from django.apps import apps

from articles import renditions
from newsroom.tasks import task

logger = logging.getLogger(__name__)


@task
def make_renditions(picture_id):
    """Make the files that readers get of a picture, and remove those of what it was before."""
    picture = apps.get_model("articles", "Picture").objects.filter(pk=picture_id).first()
    if picture is None:
        return
    try:
        renditions.make(picture)
    except FileNotFoundError:  # deleted meanwhile, or really lost
        logger.error("The original of picture %s is not there.", picture_id)
    renditions.tidy(picture)
