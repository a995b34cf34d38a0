import json
import stat

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from articles.models import Article, Author, Category, Picture, Tag
from comments.management.commands import demo
from comments.models import Comment, Example, WordRule
from comments.rehearsal import trials

LOADED = (Article, Author, Category, Picture, Tag, Comment, WordRule, Example)
pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(monkeypatch, tmp_path):
    path = tmp_path / "sign_in.json"
    monkeypatch.setattr(demo, "SIGN_IN", path)
    return path


def test_fills_a_newsroom_and_a_second_time_changes_nothing(sign_in, client):
    call_command("demo", verbosity=0)
    counts = [model.objects.count() for model in LOADED]
    assert Article.objects.published().count() >= 55
    assert Article.objects.unfinished().exists()
    assert Article.objects.scheduled().exists()
    assert Category.objects.filter(parent=None).count() == 8
    assert Author.objects.count() == 12
    assert Tag.objects.count() >= 25
    assert (
        Picture.objects.exclude(credit="").exclude(licence="").exclude(alt="").count() == Picture.objects.count() >= 24
    )
    assert Comment.objects.waiting().count() >= 20
    assert Comment.objects.visible().count() >= 80
    assert [trial.example.body for trial in trials() if not trial.is_as_expected] == []
    assert WordRule.objects.exclude(hits=0).count() >= 4
    passwords = json.loads(sign_in.read_text())
    assert stat.S_IMODE(sign_in.stat().st_mode) == 0o600
    assert client.login(username="editor", password=passwords["editor"])
    call_command("demo", verbosity=0)
    assert [model.objects.count() for model in LOADED] == counts
    assert json.loads(sign_in.read_text()) == passwords


def test_stays_away_from_a_newsroom_that_has_people(sign_in):
    get_user_model().objects.create_user("somebody")
    call_command("demo", if_empty=True, verbosity=0)
    assert not Article.objects.exists()
    assert not sign_in.exists()
