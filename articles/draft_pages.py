"""The page behind a link for one person: a draft as readers would get it, to note on and to sign off.

No account and no session: the address is the key. It is in no cache, no index, no referrer and no line of a log.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from articles import notes, previews, sharing
from articles.models import Note
from articles.readers import is_flood
from articles.views import layout
from articles.widgets import is_row_id
from newsroom.private import behind_a_link

POSTS, WITHIN = 60, 3600  # from one network, in so many seconds
MOST_GIVEN_BACK = 20_000  # characters of a note that came when its link had ended


class DraftNoteForm(forms.Form):
    quote = forms.CharField(
        label=_("Passage, as it stands in the text"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        help_text=_("Leave it empty to say something of the whole text."),
        error_messages={"max_length": _("The passage is too long: choose at most 500 characters of it.")},
    )
    before = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        error_messages={"required": _("Write the note."), "max_length": _("At most 2,000 characters.")},
    )

    def __init__(self, *args, texts, **kwargs):
        super().__init__(*args, auto_id="draft_%s", label_suffix="", **kwargs)
        self.texts = texts
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)  # would cut a pasted passage off without a word

    def clean_quote(self):
        quote = " ".join(self.cleaned_data["quote"].split())
        if quote and not any(quote in text for text in self.texts.values()):
            raise forms.ValidationError(
                _("These words are not in the text. Copy them as they stand there, or leave the passage empty.")
            )
        return quote


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        error_messages={"required": _("Write the answer."), "max_length": _("At most 2,000 characters.")},
    )

    def __init__(self, *args, note, **kwargs):
        super().__init__(*args, auto_id=f"answer_{note.pk}_%s", label_suffix="", **kwargs)
        self.fields["text"].widget.attrs.pop("maxlength", None)


@behind_a_link
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request, token):
    share = sharing.by_token(token)
    if share is None:
        raise Http404("There is no such link.")
    if not sharing.leads_on(share):
        context = {"noindex": True, "share": share, "unsent": request.POST.get("text", "")[:MOST_GIVEN_BACK]}
        return render(request, "articles/draft_ended.html", context, status=410)
    version = sharing.current(share.article)  # before the text: a saving in between makes the press say that it changed
    shown = previews.at_the_desk(share.article)
    texts = notes.texts_of(shown)
    what, _colon, key = request.POST.get("do", "").partition(":")
    note_form = DraftNoteForm(request.POST if what == "note" else None, texts=texts)
    answer, status, has_changed = None, 200, False
    if request.method == "POST" and is_flood(request, "draft", POSTS, WITHIN):
        status = 429
    elif what == "note" and note_form.is_valid():
        written = note_form.cleaned_data
        note = notes.add(
            share.article, written["text"], share=share, quote=written["quote"], before=written["before"], texts=texts
        )
        return _back(request, f"note-{note.pk}")
    elif what == "answer":
        note = get_object_or_404(Note.objects.threads(), pk=key if is_row_id(key) else 0, share=share)
        answer = AnswerForm(request.POST, note=note)
        if answer.is_valid():
            notes.reply(note, answer.cleaned_data["text"], share=share)
            return _back(request, f"note-{note.pk}")
        answer.note = note
    elif what == "sign_off":
        try:
            sharing.sign_off(share, int(key) if is_row_id(key) and len(key) < 10 else 0)
        except ValidationError:
            has_changed = True
        else:
            return _back(request, "sign-off")
    reader = next(one for one in sharing.readers(share.article) if one.share == share)
    threads = notes.threads(shown, texts, share=share)
    for thread in threads:
        is_sent = answer is not None and answer.note == thread.note
        thread.answer_form = answer if is_sent else AnswerForm(note=thread.note)
    return previews.page(
        request,
        shown,
        "articles/draft.html",
        layout=layout(shown),
        share=share,
        version=version,
        reader=reader,
        threads=threads,
        note_form=note_form,
        has_changed=has_changed,
        is_flood=status == 429,
        canonical="",
        alternates=[],
        feeds=[],
        status=status,
    )


def _back(request, fragment):
    return HttpResponseRedirect(f"{request.path}#{fragment}", status=303)
