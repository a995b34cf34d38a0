"""What the people of the desk may do, read in one query a page."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class OneQueryBackend(ModelBackend):
    """Django's own, which asks twice: for a person's permissions and for those of the person's groups.

    A person comes with the profile that every page of the desk needs.
    """

    def get_user(self, user_id):
        people = get_user_model()._default_manager.select_related("desk_profile__picture")
        user = people.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj, obj=None):
        if obj is not None or not user_obj.is_active or user_obj.is_superuser or user_obj.pk is None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            held = Permission.objects.filter(
                Q(pk__in=user_obj.user_permissions.order_by().values("pk"))
                | Q(group__in=user_obj.groups.order_by().values("pk"))
            )
            names = held.order_by().values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in names}
        return user_obj._perm_cache
