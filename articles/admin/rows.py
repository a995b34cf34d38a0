"""Inlines whose rows are sent and kept as a whole, so that a working copy can have rows of its own."""

from django.forms.models import BaseInlineFormSet


class WholeFormSet(BaseInlineFormSet):
    """Rows in the order of their numbers; none has an identity. What becomes of them says whoever asks for `rows`.

    `main` names the field without which a row is none, `further` those that belong to it. Where nothing may be
    changed, the rows that are stored are shown, as in any other inline.
    """

    main = ""
    further = ()

    def __init__(self, data=None, files=None, *, initial=None, is_whole=True, queryset=None, **kwargs):
        self.is_whole = is_whole
        self.shown = list(initial or [])
        if not is_whole:
            super().__init__(data, files, queryset=queryset, **kwargs)
            return
        # A row that is sent as it was shown counts as well, so nothing is compared with what was shown.
        first = self.shown if data is None else None
        super().__init__(data, files, queryset=queryset.none(), initial=first, **kwargs)
        self.extra = len(self.shown) + type(self).extra

    def initial_form_count(self):
        return 0 if self.is_whole else super().initial_form_count()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if self.is_whole:
            # A row stands for the one that is stored, so it is unique among those sent and not against that one.
            form.validate_constraints = lambda: None
        if self.is_bound:
            form.is_kept = index is not None and bool(form.data.get(form.add_prefix(self.main)))
        else:
            form.is_kept = index is not None and (not self.is_whole or index < len(self.shown))

    @property
    def rows(self):
        """What was sent, each row as a list of what a snapshot says of it."""
        sent = [getattr(form, "cleaned_data", {}) for form in self.forms]
        kept = [row for row in sent if row.get(self.main) and not row.get("DELETE")]
        kept.sort(key=lambda row: row.get("position") or 0)
        return [[row[self.main].pk, *(row[name] for name in self.further)] for row in kept]

    @property
    def rows_shown(self):
        return [[row[self.main], *(row[name] for name in self.further)] for row in self.shown if len(row) > 1]

    def save(self, commit=True):
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        return []


class BylineFormSet(WholeFormSet):
    main = "author"
    further = ("role",)

    @staticmethod
    def shown_of(values):
        return [
            {"author": author, "role": role, "position": position}
            for position, (author, role) in enumerate(values["bylines"])
        ]


class RelatedFormSet(WholeFormSet):
    """Related stories. Those that this person may not know of are `unseen`, and stay behind the others."""

    main = "other"

    def __init__(self, *args, unseen=(), **kwargs):
        self.unseen = list(unseen)
        super().__init__(*args, **kwargs)

    @staticmethod
    def shown_of(values):
        return [{"other": other, "position": position} for position, other in enumerate(values["related"])]
