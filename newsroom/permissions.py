"""Who somebody at the desk is and may do, read in one query a page."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Aggregate, Q, Subquery, TextField, Value
from django.db.models.functions import Concat

from newsroom.prepared import Prepared


class Joined(Aggregate):
    """Texts as one, a space between each two."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = TextField()

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


def _names(user):
    """The names of all that a user and the groups of that user may do, as one text."""
    of_users = get_user_model().user_permissions.through.objects.filter(user=user).values("permission")
    of_groups = Group.permissions.through.objects.filter(group__user=user).values("permission")
    names = Concat("content_type__app_label", Value("."), "codename", output_field=TextField())
    return (
        Permission.objects.filter(Q(pk__in=of_users) | Q(pk__in=of_groups))
        .order_by()
        .values(everything=Value(1))
        .annotate(names=Joined(names))
        .values_list("names")
    )


def _person(user):
    # By a number: where a database finds it in a row, it looks at each permission anew.
    people = get_user_model()._default_manager.select_related("desk_profile__picture")
    return people.annotate(held=Subquery(_names(user))).filter(pk=user)


# Asked for every page of the desk.
_held, _people = Prepared(_names), Prepared(_person)


class OneQueryBackend(ModelBackend):
    """Django's own asks four times: for a person, the person's permissions, those of the groups, and the profile."""

    def get_user(self, user_id):
        user = next(iter(_people.rows(user=user_id)), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_superuser:
            user._perm_cache = set((user.held or "").split())
        return user

    def get_all_permissions(self, user_obj, obj=None):
        if obj is not None or not user_obj.is_active or user_obj.is_superuser or user_obj.pk is None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = {name for (names,) in _held(user=user_obj.pk) for name in (names or "").split()}
        return user_obj._perm_cache
