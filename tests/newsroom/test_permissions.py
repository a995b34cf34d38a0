"""One query reads what somebody may do, and finds what Django's own way finds."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from newsroom.permissions import OneQueryBackend
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("group", ["Writers", "Editors", "Moderators", "Administrators"])
def test_finds_what_a_person_and_the_groups_hold(group, django_assert_num_queries):
    dora = make_user("dora", group)
    dora.groups.add(Group.objects.get(name="Writers"))
    dora.user_permissions.add(*Permission.objects.order_by("pk")[:3])
    expected = ModelBackend().get_all_permissions(User.objects.get(pk=dora.pk))
    dora = User.objects.get(pk=dora.pk)
    with django_assert_num_queries(1):
        assert dora.get_all_permissions() == expected
        assert dora.has_perms(expected)
    with django_assert_num_queries(1):  # whoever is signed in comes with them
        assert OneQueryBackend().get_user(dora.pk).get_all_permissions() == expected


def test_who_left_may_do_nothing_and_whoever_is_superuser_everything():
    dora = make_user("dora", "Editors")
    dora.is_active = False
    assert not dora.has_perm("articles.change_article")
    dora.is_active = dora.is_superuser = True
    assert dora.has_perm("articles.change_article")
    assert not AnonymousUser().has_perm("articles.change_article")
    assert not make_user("erin", "Editors").has_perm("articles.change_article", obj=dora)


def test_somebody_of_no_group_comes_with_no_permission_and_whoever_left_not_at_all():
    finn = make_user("finn")
    assert OneQueryBackend().get_user(finn.pk).get_all_permissions() == set()
    assert make_user("gus").get_all_permissions() == set()
    finn.is_active = False
    finn.save()
    assert OneQueryBackend().get_user(finn.pk) is None
