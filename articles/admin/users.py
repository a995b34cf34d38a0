"""Users and groups: nobody gives away more than they have, nor takes over whoever has more."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

from articles.admin.base import Guarded, chips
from articles.models import ApiToken, SectionEditor
from articles.widgets import RowsField

for model in (User, Group):
    admin.site.unregister(model)


def granted(user):
    """The ids of all permissions stored for a user, those of somebody inactive too."""
    return set(Permission.objects.filter(Q(user=user) | Q(group__user=user)).values_list("pk", flat=True))


def is_within(actor, permission_ids):
    return actor.is_superuser or set(permission_ids) <= granted(actor)


def grantable_groups(actor):
    if actor.is_superuser:
        return Group.objects.all()
    beyond = Permission.objects.exclude(pk__in=granted(actor))
    return Group.objects.exclude(permissions__in=beyond)


def grantable_permissions(actor):
    permissions = Permission.objects.select_related("content_type")
    return permissions if actor.is_superuser else permissions.filter(pk__in=granted(actor))


class Bounded(Guarded):
    """Keeps the people and groups with more power than the one who looks out of that person's reach."""

    filter_horizontal = ()  # two lists with buttons between fit no phone, and say nothing to who cannot see them

    def is_in_reach(self, request, obj):
        raise NotImplementedError

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or self.is_in_reach(request, obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or self.is_in_reach(request, obj))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(
            db_field, request, form_class=RowsField, widget=forms.CheckboxSelectMultiple, **kwargs
        )
        if db_field.name == "groups":
            field.queryset = grantable_groups(request.user)
        elif db_field.name in ("permissions", "user_permissions"):
            field.queryset = grantable_permissions(request.user)
        return field

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        if getattr(response, "context_data", None) and "cl" in response.context_data:
            response.context_data |= {
                "chips": chips(response.context_data["cl"]), "search_placeholder": "Name", "add_label": self.add_label,
            }  # fmt: skip
        return response


class SectionsInline(admin.StackedInline):
    """The sections in which an editor has a say; without any it is all of them."""

    model = SectionEditor
    extra = 0
    verbose_name = "section"
    verbose_name_plural = "sections this person publishes in; none means all"

    # Whoever may change the person says what the person's sections are.
    def has_view_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return self.admin_site._registry[User].has_change_permission(request, obj)

    has_add_permission = has_delete_permission = has_change_permission


class TokensInline(admin.StackedInline):
    """What programs sign in with in this person's name: told of, and revoked by deleting."""

    model = ApiToken
    extra = 0
    verbose_name_plural = "tokens for programs"
    fields = readonly_fields = ["name", "made_at", "last_used_at", "expires_at"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    # Whoever may change the person revokes what acts in the person's name.
    def has_view_permission(self, request, obj=None):
        return self.admin_site._registry[User].has_change_permission(request, obj)

    has_delete_permission = has_view_permission


@admin.register(User)
class DeskUserAdmin(Bounded, UserAdmin):
    add_label = "New user"
    show_facets = admin.ShowFacets.NEVER
    list_filter = ["is_staff", "is_active", "groups"]
    inlines = [SectionsInline, TokensInline]

    def get_inlines(self, request, obj):
        return self.inlines if obj else []  # a new user has a form with a name and a password only

    def is_in_reach(self, request, obj):
        if request.user.is_superuser:
            return True
        return not obj.is_superuser and is_within(request.user, granted(obj))

    def get_readonly_fields(self, request, obj=None):
        readonly = [*super().get_readonly_fields(request, obj), "last_login", "date_joined"]
        return readonly if request.user.is_superuser else [*readonly, "is_superuser"]


@admin.register(Group)
class DeskGroupAdmin(Bounded, GroupAdmin):
    add_label = "New group"

    def is_in_reach(self, request, obj):
        return is_within(request.user, obj.permissions.values_list("pk", flat=True))
