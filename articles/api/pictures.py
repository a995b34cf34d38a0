"""Pictures that programs of the desk bring into the library, refused in the library's own words."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from articles import reading, uploads
from articles.api.answering import Refused, as_json
from articles.api.asking import MomentField
from articles.api.bearers import desk
from articles.licences import Licence, Origin
from articles.models import Picture

ENDS = ("usable_from", "usable_until")


class PictureForm(forms.ModelForm):
    """What is said of a picture besides its file."""

    usable_from, usable_until = MomentField(required=False), MomentField(required=False)

    class Meta:
        model = Picture
        fields = (
            "title", "alt", "caption", "credit", "copyright", "licence", "terms", "source_name", "source_url", "place",
            "origin", *ENDS,
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, known in (("licence", Licence), ("origin", Origin)):
            names = ", ".join(filter(None, known.values))
            self.fields[name].error_messages["invalid_choice"] = f"There is no %(value)s. Known are: {names}."


@desk
def upload(request, token):
    """Take a picture in. What the file says of itself fills in what was not said."""
    if not token.user.has_perm("articles.add_picture"):
        raise Refused(403, "You may not add pictures.")
    if request.content_type != "multipart/form-data":
        raise Refused(415, "Send multipart/form-data, with the picture as “file”.")
    said, file = parts(request)
    form = PictureForm(said)
    if not form.is_valid():
        errors = {"story" if name == NON_FIELD_ERRORS else name: found for name, found in form.errors.items()}
        raise Refused(422, "The picture was not taken in.", errors=errors)
    values = {name: value for name, value in form.cleaned_data.items() if value}
    try:
        picture = uploads.take_in(file, token.user, **values)
    except reading.UnreadablePicture as error:
        raise Refused(422, str(error), errors={"file": [str(error)]}) from error
    except uploads.AlreadyThere as error:
        there = error.picture.key if token.user.has_perm("articles.view_picture") else None
        raise Refused(409, str(error), picture=there) from error
    response = as_json(told(picture, request), status=201)
    response["Location"] = request.build_absolute_uri(f"/api/pictures/{picture.key}/")
    return response


def parts(request):
    try:
        said, files = request.POST, request.FILES
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
        raise Refused(413, "That is more than can be taken at once.") from error
    except (MultiPartParserError, UnreadablePostError) as error:
        raise Refused(400, "It is no whole form: it broke off on its way, or its boundary is missing.") from error
    wrong = {name[:60]: ["There is no such part."] for name in said if name not in PictureForm.base_fields}
    wrong |= {name[:60]: ["The picture goes into “file”."] for name in files if name != "file"}
    wrong |= {name: ["Send it once."] for name in said if len(said.getlist(name)) > 1}
    if len(files.getlist("file")) != 1:
        wrong["file"] = ["Send one picture."]
    if wrong:
        raise Refused(400, "Some of it cannot be taken. Nothing was saved.", errors=wrong)
    return said, files["file"]


@desk
def picture(request, token, key):
    found = Picture.objects.filter(key=key).first() if token.user.has_perm("articles.view_picture") else None
    if found is None:
        raise Refused(404, f"There is no picture {key}.")
    return told(found, request)


def told(picture, request):
    """A picture as the desk has it, whether or not it may be shown now."""
    return {
        "key": picture.key,
        "in_text": f'<figure><img src="{picture.get_absolute_url()}" alt=""></figure>',
        "desk_url": request.build_absolute_uri(f"/desk/articles/picture/{picture.pk}/change/"),
        "width": picture.shown_width,
        "height": picture.shown_height,
        **{name: getattr(picture, name) for name in PictureForm.Meta.fields if name not in ENDS},
        **{name: getattr(picture, name) and getattr(picture, name).isoformat() for name in ENDS},
        "is_usable": picture.is_usable(),
    }
