"""Who somebody at the desk is and may do, read in one query a page."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Aggregate, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Concat


class Joined(Aggregate):
    """Texts as one, a space between each two."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ' ')"
    output_field = TextField()

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


def held_by(user):
    """The permissions of a user, given or referred to, and of the groups of that user."""
    of_users = get_user_model().user_permissions.through.objects.filter(user=user).values("permission")
    of_groups = Group.permissions.through.objects.filter(group__user=user).values("permission")
    names = Concat("content_type__app_label", Value("."), "codename", output_field=TextField())
    return (
        Permission.objects.filter(Q(pk__in=of_users) | Q(pk__in=of_groups))
        .order_by()
        .values(everything=Value(1))
        .annotate(names=Joined(names))
        .values_list("names", flat=True)
    )


class OneQueryBackend(ModelBackend):
    """Django's own asks four times: for a person, the person's permissions, those of the groups, and the profile."""

    def get_user(self, user_id):
        people = get_user_model()._default_manager.select_related("desk_profile__picture")
        user = people.annotate(held=Subquery(held_by(OuterRef(OuterRef("pk"))))).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_superuser:
            user._perm_cache = set((user.held or "").split())
        return user

    def get_all_permissions(self, user_obj, obj=None):
        if obj is not None or not user_obj.is_active or user_obj.is_superuser or user_obj.pk is None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = set((next(iter(held_by(user_obj.pk)), "") or "").split())
        return user_obj._perm_cache
