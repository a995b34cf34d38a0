"""Take pictures into the library, whoever brings them: a form, the tray of the library, a folder."""

from functools import partial

from django.db import IntegrityError, transaction

from articles import renditions
from articles.models.picture import OF_FILE, READ_FROM_FILE, Picture

SAME_PROPORTIONS = 0.02  # how far those of a new file may differ for the crop and the focal point to stay


class AlreadyThere(ValueError):
    """The same file is in the library; `picture` is the one that has it."""

    def __init__(self, picture):
        super().__init__(f"This file is in the library already, as “{picture}”.")
        self.picture = picture


def take_in(file, user=None, collection=None, otherwise=None, **values):
    """Make a picture of `file`, with what the file says of itself where `values` say nothing, and return it.

    `otherwise` maps names of fields to what they hold where the file says nothing either.
    Raises reading.UnreadablePicture, and AlreadyThere for a file that the library has; both have messages for the
    person who brought it.
    """
    picture = Picture(uploaded_by=user, **values)
    reading = picture.receive(file)
    if there := having(picture.digest):
        raise AlreadyThere(there)
    for name, value in (otherwise or {}).items():
        if not getattr(picture, name):
            setattr(picture, name, value)
    try:
        with transaction.atomic():
            picture.save()
            picture.keywords.add(*reading.found.keywords)
            if collection is not None:
                picture.collections.add(collection)
    except IntegrityError as error:  # somebody brought the same file at the same moment
        if there := having(picture.digest):
            raise AlreadyThere(there) from error
        raise
    return picture


def having(digest):
    """Return the picture whose file has this content, if there is one."""
    return Picture.objects.filter(digest=digest).first()


def replace(picture, file):
    """Give a picture another file; its address, words and uses stay. Return whether it was another at all.

    The new file's own words fill in what is empty. Crop and focal point start anew where the proportions are others.
    Raises reading.UnreadablePicture, AlreadyThere for a file that another picture has, and Picture.DoesNotExist where
    the picture was deleted meanwhile.
    """
    picture.receive(file)
    if picture.digest == Picture.objects.values_list("digest", flat=True).get(pk=picture.pk):
        return False
    if there := having(picture.digest):
        raise AlreadyThere(there)
    try:
        with transaction.atomic():
            # To read a file takes a while, in which somebody may have changed what is said of the picture.
            stored = Picture.objects.select_for_update().get(pk=picture.pk)
            for field in picture._meta.concrete_fields:
                if field.name not in OF_FILE and (field.name not in READ_FROM_FILE or getattr(stored, field.name)):
                    setattr(picture, field.attname, getattr(stored, field.attname))
            if abs(picture.width / picture.height / (stored.width / stored.height) - 1) > SAME_PROPORTIONS:
                picture.crop_x, picture.crop_y, picture.crop_width, picture.crop_height = 0, 0, 100, 100
                picture.focal_x, picture.focal_y = 50, 50
            picture.save()
            transaction.on_commit(partial(renditions.forget, stored.original.name, stored.digest))
    except IntegrityError as error:
        if there := having(picture.digest):
            raise AlreadyThere(there) from error
        raise
    return True
