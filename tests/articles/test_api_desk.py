"""The API for the desk: stories made, changed and taken from step to step by programs, as their owners may."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import tokens, working_copies
from articles.models import Article, Author, Byline, Category, RelatedChoice, Revision, SectionEditor, Tag, Transition
from articles.workflow import take
from tests.articles import desk_forms
from tests.factories import make_article, make_author, make_category, make_picture, make_user

pytestmark = pytest.mark.django_db

LONG = "<p>" + "A text of some length, with enough words to be read by somebody. " * 8 + "</p>"


class Program:
    """What speaks for somebody at the API."""

    def __init__(self, user, name="Bridge"):
        self.user, self.client = user, Client(enforce_csrf_checks=True)
        self.token = tokens.make(user, name, 30)

    def ask(self, method, address, sent=None, status=200, **headers):
        body = b"" if sent is None else sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): h for name, h in headers.items()},
        }
        self.response = self.client.generic(method, address, body, "application/json", headers=headers)
        assert self.response.status_code == status, self.response.content.decode()
        assert self.response["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in self.response.headers
        assert "Access-Control-Allow-Origin" not in self.response.headers
        kind = "application/json" if status < 400 else "application/problem+json"
        assert self.response["Content-Type"] == kind
        return json.loads(self.response.content)

    def get(self, address, status=200):
        return self.ask("GET", address, status=status)

    def post(self, address, sent=None, status=200, **headers):
        return self.ask("POST", address, sent, status, **headers)

    def patch(self, address, sent, status=200, **headers):
        return self.ask("PATCH", address, sent, status, **headers)


@pytest.fixture
def desk(alice):
    return Program(alice)


@pytest.fixture
def writer(walter):
    return Program(walter)


@pytest.fixture
def world(db):
    return make_category("World", slug="world")


@pytest.fixture
def draft(world):
    return make_article("The weir", published=False, category=world, body=LONG, standfirst="It moved by night.")


def at(article, verb=""):
    return f"/api/articles/{article if isinstance(article, int) else article.pk}/{f'{verb}/' if verb else ''}"


# -- who asks


def test_nobody_without_a_token_that_holds(draft, alice):
    text = tokens.make(alice, "Bridge", 30)
    asked = [("GET", at(draft)), ("PATCH", at(draft)), ("POST", "/api/articles/"), ("POST", at(draft, "publish"))]
    asked += [("POST", "/api/pictures/"), ("GET", "/api/articles/")]

    def ask(method, address, header):
        headers = {"Authorization": header} if header else {}
        return Client().generic(method, address, b"{}", "application/json", headers=headers)

    for method, address in asked:
        assert ask(method, address, f"Bearer {text[:-1]}").status_code == 401
        assert ask(method, address, f"Basic {text}").status_code == 401
        if method != "GET":
            response = ask(method, address, "")
            assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="desk"')
    assert ask("GET", at(draft), f"bearer {text}").status_code == 200
    alice.api_tokens.update(expires_at=timezone.now())
    assert ask("GET", at(draft), f"Bearer {text}").status_code == 401
    alice.api_tokens.update(expires_at=timezone.now() + timedelta(days=1))
    for change in ({"is_staff": False}, {"is_active": False}):
        for name, value in change.items():
            setattr(alice, name, value)
        alice.save()
        assert ask("GET", at(draft), f"Bearer {text}").status_code == 401
    alice.is_staff = alice.is_active = True
    alice.save()
    tokens.revoke(alice, alice.api_tokens.get().pk)
    response = ask("GET", at(draft), f"Bearer {text}")
    assert (response.status_code, json.loads(response.content)["status"]) == (401, 401)
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_session_is_no_token(as_alice, draft):
    assert as_alice.get(at(draft)).status_code == 404
    for address in (at(draft, "publish"), "/api/articles/"):
        assert as_alice.post(address, b"{}", "application/json").status_code == 401
    assert "CANARY" not in as_alice.get("/api/articles/").content.decode()


def test_a_token_is_kept_as_a_digest_alone_and_looked_up_by_it(desk, alice):
    (row,) = alice.api_tokens.values()
    assert desk.token.startswith("newsroom_")
    assert desk.token not in str(row)
    with CaptureQueriesContext(connection) as queries:
        assert tokens.found(desk.token).user == alice
    assert len(queries) == 1
    assert desk.token not in queries[0]["sql"]


def test_notes_when_a_token_was_used_but_not_each_time(desk, alice, draft):
    assert alice.api_tokens.get().last_used_at is None
    desk.get(at(draft))
    first = alice.api_tokens.get().last_used_at
    desk.get(at(draft))
    assert first is not None
    assert alice.api_tokens.get().last_used_at == first


def test_many_wrong_tokens_wait_and_the_right_one_does_not(desk, draft):
    for _ in range(31):
        response = Client().get(at(draft), headers={"Authorization": "Bearer newsroom_wrong"})
    assert (response.status_code, response["Retry-After"]) == (429, "600")
    desk.get(at(draft))


def test_a_token_that_asks_all_the_time_is_slowed_down(desk, draft, monkeypatch):
    monkeypatch.setattr("articles.api.bearers.ASKED", (2, 60))
    desk.get(at(draft))
    desk.get(at(draft))
    desk.get(at(draft), status=429)
    assert desk.response["Retry-After"] == "60"


def test_reading_changes_no_row_but_the_tokens_use(desk, draft):
    desk.get(at(draft))
    with CaptureQueriesContext(connection) as queries:
        desk.get(at(draft))
        desk.get("/api/articles/")
    assert not [query["sql"] for query in queries if not query["sql"].lstrip().startswith("SELECT")]


# -- a story's life


def test_the_whole_life_of_a_story(desk, writer, world):
    ada = make_author("Ada", slug="ada")
    made = writer.post(
        "/api/articles/",
        {
            "headline": "The weir", "standfirst": "It moved by night.", "body": LONG, "section": "world",
            "bylines": [{"author": "ada"}, {"author": "ada", "role": "translator"}], "slugline": "WEIR",
        },
        201,
    )  # fmt: skip
    address = at(made["id"])
    assert writer.response["Location"] == f"http://testserver{address}"
    assert (made["status"], made["section"], made["slugline"], made["version"]) == ("draft", "world", "WEIR", 1)
    assert made["bylines"] == [{"author": "ada", "role": "writer"}, {"author": "ada", "role": "translator"}]
    assert made["steps"] == ["submit"]
    assert Client().get(address).status_code == 404
    changed = writer.patch(address, {"kicker": "Rivers"}, if_match=writer.response["ETag"])
    assert (changed["version"], changed["kicker"], changed["headline"]) == (2, "Rivers", "The weir")
    writer.post(f"{address}publish/", {}, 403)
    assert writer.post(f"{address}submit/", {"note": "Please look"})["status"] == "review"
    assert desk.post(f"{address}request-changes/", {}, 422)["errors"] == {"note": ["Say what should change."]}
    assert desk.post(f"{address}request-changes/", {"note": "A source?"})["status"] == "changes"
    assert writer.post(f"{address}submit/")["status"] == "review"
    assert desk.post(f"{address}approve/")["status"] == "approved"
    live = desk.post(f"{address}publish/")
    assert (live["status"], live["url"]) == ("live", f"http://testserver{Article.objects.get().get_absolute_url()}")
    assert json.loads(Client().get(address).content)["headline"] == "The weir"
    waiting = desk.patch(address, {"headline": "The weir that moved"}, if_match=desk.response["ETag"])
    assert (waiting["has_changes"], waiting["headline"]) == (True, "The weir that moved")
    assert "publish" in waiting["steps"]
    assert json.loads(Client().get(address).content)["headline"] == "The weir"
    assert desk.post(f"{address}publish/")["has_changes"] is False
    assert json.loads(Client().get(address).content)["headline"] == "The weir that moved"
    assert "no changes that wait" in desk.post(f"{address}publish/", status=409)["detail"]
    assert desk.post(f"{address}take-down/")["status"] == "withdrawn"
    assert Client().get(address).status_code == 410
    assert desk.post(f"{address}return-to-draft/")["status"] == "draft"
    assert desk.post(f"{address}archive/")["status"] == "archived"
    steps = list(Transition.objects.order_by("pk").exclude(step__in=("assign", "note")).values_list("step", "made_by"))
    alice, walter = desk.user.pk, writer.user.pk
    assert steps == [
        ("send_to_review", walter), ("request_changes", alice), ("send_to_review", walter), ("approve", alice),
        ("publish", alice), ("update", alice), ("take_down", alice), ("return_to_draft", alice), ("archive", alice),
    ]  # fmt: skip
    assert ada.bylines.count() == 2


def test_the_history_says_that_a_program_did_it(desk, draft, as_alice):
    desk.patch(at(draft), {"kicker": "Rivers"}, if_match='"0"')
    desk.post(at(draft, "approve"))
    messages = list(LogEntry.objects.order_by("pk").values_list("user", "change_message"))
    said = "By API, with the token “Bridge”."
    assert messages == [(desk.user.pk, f"Changed kicker. {said}"), (desk.user.pk, f"Approved. {said}")]
    page = as_alice.get(f"/desk/articles/article/{draft.pk}/history/").content.decode()
    assert page.count("By API, with the token “Bridge”") == 2
    assert page.count("Approved") == 1
    assert draft.revisions.first().note == "By API (Bridge)"


def test_who_was_quicker_is_told_and_nothing_is_lost(desk, draft, bob):
    first = desk.get(at(draft))["version"]
    desk.patch(at(draft), {"kicker": "Mine first"}, if_match=f'"{first}"')
    dora = Program(make_user("dora", "Editors"), "Other")
    told = dora.patch(at(draft), {"headline": "Hers", "kicker": "Hers"}, 412, if_match=f'W/"{first}"')
    assert told["detail"].startswith("Alice saved version 2 meanwhile.")
    assert (told["by"], told["version"], told["both"]) == ("Alice", 2, ["Kicker"])
    assert dora.response["ETag"] == '"2"'
    draft.refresh_from_db()
    assert (draft.headline, draft.kicker) == ("The weir", "Mine first")
    dora.patch(at(draft), {"headline": "Hers"}, if_match='"2"')
    assert dora.post(at(draft, "approve"), {}, 412, if_match='"2"')["version"] == 3
    assert dora.patch(at(draft), {"kicker": "Hers"}, if_match="*")["kicker"] == "Hers"


def test_a_change_names_the_version_it_is_of(desk, draft):
    assert "If-Match" in desk.patch(at(draft), {"kicker": "x"}, 428)["detail"]
    for said in ('"x"', "7", '"7", "8"', '"-1"'):
        assert "ETag" in desk.patch(at(draft), {"kicker": "x"}, 400, if_match=said)["detail"]
    assert not draft.revisions.exists()


def test_scheduled_moved_and_taken_off_the_schedule(desk, draft):
    soon, later = (timezone.now() + timedelta(hours=hours) for hours in (2, 4))
    assert "lies ahead" in str(desk.post(at(draft, "schedule"), {}, 422)["errors"])
    assert "lies ahead" in str(desk.post(at(draft, "schedule"), {"at": "2020-01-01T00:00:00Z"}, 422)["errors"])
    assert "zone" in desk.post(at(draft, "schedule"), {"at": "2029-01-01T00:00:00"}, 400)["detail"]
    told = desk.post(at(draft, "schedule"), {"at": soon.isoformat()})
    assert (told["status"], "schedule" in told["steps"], "unschedule" in told["steps"]) == ("scheduled", True, True)
    desk.post(at(draft, "schedule"), {"at": later.isoformat()})
    draft.refresh_from_db()
    assert draft.published_at == later
    assert Client().get(at(draft)).status_code == 404
    assert desk.post(at(draft, "unschedule"))["status"] == "draft"


def test_changes_of_a_live_story_are_scheduled(desk, draft):
    draft.publish()
    desk.patch(at(draft), {"kicker": "Later"}, if_match="*")
    moment = timezone.now() + timedelta(hours=1)
    told = desk.post(at(draft, "schedule"), {"at": moment.isoformat()})
    assert told["changes_go_live_at"] is not None
    assert working_copies.of(draft).goes_live_at == moment
    assert desk.post(at(draft, "unschedule"))["changes_go_live_at"] is None
    assert desk.post(at(draft, "drop-changes"))["has_changes"] is False


# -- the gate


def test_what_the_checks_find_keeps_it_back_until_somebody_answers_for_it(desk, draft):
    draft.body = f'{LONG}<p>TK</p><figure><img src="/picture/{make_picture(alt="").key}/" alt=""></figure>'
    draft.save()
    told = desk.post(at(draft, "publish"), {}, 422)
    assert told["is_overridable"] is True
    assert "has no description" in str(told["errors"]["body"])
    assert "TK" in str(told["errors"])
    assert Article.objects.get().status == "draft"
    assert desk.post(at(draft, "publish"), {"override": "The court ruled today"})["status"] == "live"
    assert "The court ruled today" in draft.transitions.get(step="publish").override


def test_what_no_story_may_lack_cannot_be_answered_for(desk):
    empty = make_article("Nothing in it", published=False, category=None, body="")
    told = desk.post(at(empty, "publish"), {"override": "Please"}, 422)
    assert told["is_overridable"] is False
    assert told["errors"]["section"] == ["A published article needs a section."]
    assert "body" in told["errors"]


def test_what_goes_out_by_itself_takes_nothing_in_that_a_check_objects_to(desk, draft):
    desk.post(at(draft, "schedule"), {"at": (timezone.now() + timedelta(hours=2)).isoformat()})
    sent = {"body": f"{LONG}<p>TK</p>"}
    told = desk.patch(at(draft), sent, 422, if_match="*")
    assert told["is_overridable"] is True
    assert "TK" in str(told["errors"])
    desk.patch(at(draft), sent | {"override": "It will be filled in"}, if_match="*")
    assert "filled in" in draft.transitions.get(step="override").override


def test_pictures_whose_rights_have_ended_are_refused(desk, draft):
    picture = make_picture(usable_until=timezone.now() - timedelta(days=1))
    told = desk.patch(at(draft), {"lead_picture": picture.key}, 422, if_match="*")
    assert "rights ended" in str(told["errors"]["lead_picture"])


# -- who may


def test_an_editor_of_a_section_publishes_there_alone(draft, world):
    sport = make_category("Sport", slug="sport")
    dora = make_user("dora", "Editors")
    SectionEditor.objects.create(user=dora, category=sport)
    program = Program(dora)
    assert "not among your sections" in program.post(at(draft, "publish"), {}, 403)["detail"]
    assert "publish" not in program.get(at(draft))["steps"]
    own = make_article("Match", published=False, category=sport, body=LONG, standfirst="They won by one.")
    assert program.post(at(own, "publish"))["status"] == "live"
    scheduled = make_article("Soon", category=world, at=timezone.now() + timedelta(hours=3))
    assert program.patch(at(scheduled), {"kicker": "x"}, 403, if_match="*")["detail"]


@pytest.fixture
def of_sport(world):
    """A program of somebody who publishes in Sport alone."""
    dora = make_user("dora", "Editors")
    SectionEditor.objects.create(user=dora, category=make_category("Sport", slug="sport"))
    return Program(dora)


def of_match(**fields):
    section = Category.objects.get(slug="sport")
    return make_article("Match", category=section, body=LONG, standfirst="They won by one.", **fields)


def test_changes_bring_no_story_into_a_section_of_others(of_sport):
    own = of_match()
    told = of_sport.patch(at(own), {"section": "world"}, if_match="*")
    assert not {"publish", "schedule"} & set(told["steps"])
    later = (timezone.now() + timedelta(hours=2)).isoformat()
    for verb, sent in (("publish", {"override": "b"}), ("schedule", {"at": later, "override": "b"})):
        assert "“World” is not among your sections" in of_sport.post(at(own, verb), sent, 403)["detail"]
    own.refresh_from_db()
    with pytest.raises(PermissionDenied, match="World"):
        take("update", own, of_sport.user, override="b")
    assert of_sport.post(at(own, "take-down"))["status"] == "withdrawn"


def test_an_expired_story_comes_back_into_no_section_of_others(of_sport):
    own = of_match(at=timezone.now() - timedelta(days=2))
    Article.objects.update(expires_at=timezone.now() - timedelta(days=1))
    told = of_sport.patch(at(own), {"section": "world", "expires_at": None}, if_match="*")
    assert told["status"] == "expired"
    assert "World" in of_sport.post(at(own, "publish"), {"override": "b"}, 403)["detail"]


def test_what_goes_out_by_itself_stays_in_ones_own_sections_and_ahead(of_sport):
    own = of_match(at=timezone.now() + timedelta(days=3))
    told = of_sport.patch(at(own), {"section": "world", "override": "b"}, 422, if_match="*")
    assert "It goes out by itself, and its section is not among yours." in told["errors"]["story"]
    sent = {"published_at": (timezone.now() - timedelta(minutes=1)).isoformat(), "override": "b"}
    told = of_sport.patch(at(own), sent, 422, if_match="*")
    assert "public at once" in str(told["errors"]["published_at"])
    assert Article.objects.get().is_scheduled


def test_at_the_desk_too(of_sport, world):
    own = of_match(at=timezone.now() + timedelta(days=3))
    client = Client()
    client.force_login(of_sport.user)
    address = f"/desk/articles/article/{own.pk}/change/"
    sent, _ = desk_forms.read(client.get(address))
    response = client.post(address, sent | {"category": [str(world.pk)], "_continue": ["1"]})
    assert response.status_code == 200
    assert "It goes out by itself, and its section is not among yours." in response.content.decode()
    assert Article.objects.get().category != world


def test_nobody_takes_a_live_story_out_of_a_section_of_others(of_sport, world):
    other = make_article("The weir", category=world, body=LONG, standfirst="It moved by night.")
    of_sport.patch(at(other), {"section": "sport"}, if_match="*")
    assert "“World” is not among" in of_sport.post(at(other, "publish"), {"override": "b"}, 403)["detail"]


def test_a_writer_sees_and_changes_ones_own_alone(writer, draft, walter):
    for method, verb in (("GET", ""), ("PATCH", ""), ("POST", "submit"), ("POST", "publish")):
        assert writer.ask(method, at(draft, verb), {} if method != "GET" else None, 404)["detail"]
    assert writer.get("/api/articles/")["articles"] == []
    own = make_article("Mine", published=False, body=LONG, created_by=walter)
    assert [one["id"] for one in writer.get("/api/articles/")["articles"]] == [own.pk]
    writer.patch(at(own), {"kicker": "x"}, if_match="*")
    own.refresh_from_db()
    own.publish()
    assert writer.get(at(own))["may_change"] is False
    writer.patch(at(own), {"kicker": "y"}, 403, if_match="*")
    writer.post(at(own, "take-down"), {}, 403)


def test_a_moderator_writes_nothing(bob, draft):
    program = Program(bob)
    assert program.get(at(draft))["may_change"] is False
    program.patch(at(draft), {"kicker": "x"}, 403, if_match="*")
    program.post("/api/articles/", {"headline": "x"}, 403)
    program.post(at(draft, "approve"), {}, 403)
    program.client.post("/api/pictures/", headers={"Authorization": f"Bearer {program.token}"})
    assert program.post("/api/pictures/", {}, 403)["detail"] == "You may not add pictures."


def test_a_writers_own_name_stands_under_it(writer, walter):
    make_author("Walter", slug="walter", user=walter)
    assert writer.post("/api/articles/", {"headline": "x"}, 201)["bylines"] == [{"author": "walter", "role": "writer"}]
    assert writer.post("/api/articles/", {"headline": "y", "bylines": []}, 201)["bylines"] == []
    assert "Fresh" in str(writer.post("/api/articles/", {"headline": "z", "tags": ["Fresh"]}, 201))


def test_related_stories_that_a_writer_may_not_see_are_not_told_and_stay(writer, walter):
    secret, seen = make_article("Secret", published=False), make_article("Seen")
    own = make_article("Mine", published=False, created_by=walter)
    for position, other in enumerate((secret, seen)):
        RelatedChoice.objects.create(article=own, other=other, position=position)
    told = writer.get(at(own))
    assert told["related"] == [seen.pk]
    assert "no story" in str(writer.patch(at(own), {"related": [secret.pk]}, 422, if_match="*")["errors"]["related"])
    writer.patch(at(own), {"related": told["related"]}, if_match="*")
    assert set(own.related_choices.values_list("other", flat=True)) == {secret.pk, seen.pk}


def test_of_two_programs_at_the_same_moment_one_is_told(at_once, world):
    article = make_article("The weir", published=False, category=world, body=LONG)
    # Flushing between such tests takes the groups with it.
    program = Program(User.objects.create_superuser("root", password="a long secret"))
    version = program.get(at(article))["version"]

    def change(kicker):
        headers = {"Authorization": f"Bearer {program.token}", "If-Match": f'"{version}"'}
        sent = json.dumps({"kicker": kicker})
        return Client().patch(at(article), sent, "application/json", headers=headers).status_code

    assert sorted(at_once(change, ["One", "Two"])) == [200, 412]


def test_what_a_step_does_not_lead_from_tells_those_that_do(desk, world):
    gone = make_article("Gone", category=world, body=LONG)
    Article.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    later = (timezone.now() + timedelta(hours=2)).isoformat()
    for verb, sent in (("schedule", {"at": later}), ("approve", {})):
        told = desk.post(at(gone, verb), sent, 409)
        assert told["status_of_story"] == "expired"
        assert "take-down" in told["steps"]
        assert verb not in told["steps"]


# -- what an answer is of


def test_an_answer_is_another_as_soon_as_anything_in_it_is(desk, draft):
    desk.patch(at(draft), {"kicker": "x"}, if_match="*")
    desk.post(at(draft, "publish"), {"override": "b"})
    desk.patch(at(draft), {"kicker": "y"}, if_match="*")
    seen = [desk.get(at(draft)) and desk.response["ETag"]]
    headers = {"Authorization": f"Bearer {desk.token}", "If-None-Match": seen[0]}
    assert Client().get(at(draft), headers=headers).status_code == 304
    for change in (
        lambda: desk.patch(at(draft), {"assignee": "alice"}, if_match="*"),
        lambda: desk.post(at(draft, "drop-changes")),
        lambda: desk.post(at(draft, "take-down")),
    ):
        change()
        desk.ask("GET", at(draft), if_none_match=seen[-1])
        seen.append(desk.response["ETag"])
    assert len({*seen}) == 4


def test_changes_that_were_dropped_are_no_version_to_go_on_from(desk, draft):
    desk.patch(at(draft), {"kicker": "x"}, if_match="*")
    live = desk.post(at(draft, "publish"), {"override": "b"})["version"]
    dropped = desk.patch(at(draft), {"headline": "New"}, if_match="*")["version"]
    tag = desk.response["ETag"]
    assert desk.post(at(draft, "drop-changes"))["version"] == live
    assert desk.get("/api/articles/")["articles"][0]["version"] == live
    for named in (tag, f'"{dropped}"'):
        told = desk.patch(at(draft), {"kicker": "y"}, 412, if_match=named)
        assert (told["version"], desk.response["ETag"]) == (live, f'"{live}"')
        assert "dropped" in told["detail"]
        desk.post(at(draft, "take-down"), {}, 412, if_match=named)
    told = desk.patch(at(draft), {"kicker": "y"}, if_match=f'"{live}"')
    assert (told["headline"], told["kicker"]) == ("The weir", "y")
    desk.patch(at(draft), {"kicker": "z"}, 412, if_match='"99"')


def test_what_is_taken_down_is_no_version_of_dropped_changes(desk, draft):
    desk.patch(at(draft), {"kicker": "x"}, if_match="*")
    desk.post(at(draft, "publish"), {"override": "b"})
    dropped = desk.patch(at(draft), {"headline": "New"}, if_match="*")["version"]
    desk.post(at(draft, "drop-changes"))
    told = desk.post(at(draft, "take-down"))
    assert (told["version"], told["headline"]) == (dropped + 1, "The weir")
    desk.patch(at(draft), {"kicker": "y"}, 412, if_match=f'"{dropped}"')


# -- what is sent


@pytest.mark.parametrize("is_live", [False, True])
def test_what_is_sent_fits_what_is_there(desk, world, is_live):
    article = make_article("The weir", published=is_live, category=world, body=LONG, standfirst="It moved.")
    original = make_article("El azud", language=article.language)
    soon, later = ((timezone.now() + timedelta(days=days)).isoformat() for days in (1, 9))
    if not is_live:
        desk.patch(at(article), {"published_at": later}, if_match="*")
    before = soon if not is_live else (timezone.now() - timedelta(days=1)).isoformat()
    told = desk.patch(at(article), {"expires_at": before}, 422, if_match="*")
    assert "expires after it goes out" in str(told["errors"])
    desk.patch(at(article), {"translation_of": article.pk}, 422, if_match="*")
    told = desk.patch(at(article), {"translation_of": original.pk}, 422, if_match="*")
    assert "same language" in str(told["errors"]["translation_of"])
    desk.patch(at(article), {"translation_of": original.pk, "language": "fr"}, if_match="*")
    told = desk.patch(at(article), {"language": original.language}, 422, if_match="*")
    assert "language" in told["errors"]


@pytest.mark.parametrize("moment", ["9999-12-31T23:30:00Z", "0001-01-01", "1604-12-31"])
def test_moments_beyond_the_desks_calendar_are_refused(desk, draft, moment):
    for name in ("published_at", "expires_at", "due_at", "updated_at", "live_ended_at"):
        assert "The year is too" in str(desk.patch(at(draft), {name: moment}, 422, if_match="*")["errors"][name])
    assert "The year is too" in desk.post(at(draft, "schedule"), {"at": moment, "override": "b"}, 400)["detail"]


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"headline": 5}, "headline"),
        ({"headline": None}, "headline"),
        ({"headline": ["x"]}, "headline"),
        ({"body": {"html": "x"}}, "body"),
        ({"lead_is_decorative": "yes"}, "lead_is_decorative"),
        ({"rating": "five"}, "rating"),
        ({"rating": True}, "rating"),
        ({"tags": "rivers"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"tags": ["x"] * 201}, "tags"),
        ({"bylines": ["ada"]}, "bylines"),
        ({"bylines": [{"author": "ada", "id": 1}]}, "bylines"),
        ({"related": ["1"]}, "related"),
        ({"translation_of": 2**70}, "translation_of"),
        ({"translation_of": -1}, "translation_of"),
        ({"headline": "a\0b"}, "headline"),
        ({"standfirst": "\ud800"}, "standfirst"),
        ({"\ud800": "x"}, "\ud800"),
        # What the desk says of a story and nobody may set.
        ({"status": "published"}, "status"),
        ({"first_published_at": "2020-01-01T00:00:00Z"}, "first_published_at"),
        ({"created_by": 1}, "created_by"),
        ({"id": 1}, "id"),
        ({"body_text": "x"}, "body_text"),
        ({"is_checked": True}, "is_checked"),
        ({"category": 1}, "category"),
    ],
)
def test_what_is_no_member_or_of_another_type_is_refused_by_name(desk, draft, sent, name):
    for told in (desk.post("/api/articles/", sent, 400), desk.patch(at(draft), sent, 400, if_match="*")):
        assert set(told["errors"]) == {name}
        assert told["errors"][name][0]
    assert Article.objects.get().headline == "The weir"
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    ("sent", "name", "words"),
    [
        ({"section": "nowhere"}, "section", "There is no section “nowhere”."),
        ({"sections": ["nowhere"]}, "sections", "nowhere"),
        ({"kind": "poem"}, "kind", "poem"),
        ({"language": "xx"}, "language", "xx"),
        ({"headline": "x" * 301}, "headline", "300"),
        ({"body": "<p>x</p>" * 200_000}, "body", "characters long"),
        ({"lead_picture": "nokey"}, "lead_picture", "There is no picture “nokey”."),
        ({"assignee": "nobody"}, "assignee", "There is no colleague “nobody”."),
        ({"assignee": "charlie"}, "assignee", "There is no colleague “charlie”."),
        ({"bylines": [{"author": "nobody"}]}, "bylines", "There is no author “nobody”."),
        ({"bylines": [{"author": "ada", "role": "king"}]}, "bylines", "There is no role “king”."),
        ({"bylines": [{"author": "ada"}, {"author": "ada"}]}, "bylines", "twice"),
        ({"related": [9999]}, "related", "There is no story 9999."),
        ({"translation_of": 9999}, "translation_of", "9999"),
        ({"published_at": "tomorrow"}, "published_at", "Write it with its zone"),
        ({"published_at": "9999-12-31T23:59:59-14:00"}, "published_at", ""),
        ({"expires_at": "1500-01-01T00:00:00Z"}, "expires_at", "1605"),
        ({"rating": 3.3}, "story", "in halves"),
        ({"rating": 1e300}, "rating", ""),
        ({"tags": ["a, b"]}, "tags", "no comma"),
        ({"tags": ["x" * 300]}, "tags", "too long"),
        ({"slug": "not a slug"}, "slug", ""),
        ({"slug": "taken"}, "story", "Another article has this slug"),
        ({"source_url": "javascript:alert(1)"}, "source_url", ""),
        ({"headline": "", "slugline": ""}, "headline", "Give it a headline"),
    ],
)
def test_what_the_desk_would_refuse_is_refused_in_its_words(desk, draft, charlie, sent, name, words):
    make_author("Ada", slug="ada")
    make_article("Taken", slug="taken", published=False)
    told = desk.patch(at(draft), sent, 422, if_match="*")
    assert words in " ".join(told["errors"][name]), told
    assert not Revision.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 415, "Send application/json"),
        (b"{", 400, "line 1, column 2"),
        (b"[]", 400, "Send an object"),
        (b"null", 400, "Send an object"),
        (b'{"headline": "a", "headline": "b"}', 400, "twice"),
        (b'{"rating": NaN}', 400, "NaN is no number"),
        (b'{"rating": ' + b"9" * 5000 + b"}", 400, ""),
        (b'{"headline": "\xff"}', 400, "not UTF-8, from byte 14"),
        ('{"headline": "x"}'.encode("utf-16"), 400, "not UTF-8"),
        (b"[" * 200_000, 400, "nested too deeply"),
        (b'{"a":' * 100_000, 400, "nested too deeply"),
        (b'{"headline": "' + b"x" * 11_000_000 + b'"}', 413, "more than can be taken"),
    ],
)
def test_hostile_json_is_refused_in_words(desk, draft, body, status, words):
    for method, address in (("POST", "/api/articles/"), ("PATCH", at(draft))):
        assert words in desk.ask(method, address, body, status, if_match="*")["detail"]
    if body:
        desk.post(at(draft, "approve"), body, status)


def test_takes_json_alone(desk, draft):
    response = desk.client.post("/api/articles/", {"headline": "x"}, headers={"Authorization": f"Bearer {desk.token}"})
    assert response.status_code == 415
    assert desk.ask("PUT", at(draft), {}, 405)["detail"].startswith("This address answers GET, PATCH, HEAD")


def test_markup_is_cleaned_as_from_any_other_hand_and_texts_stay_texts(desk, draft):
    told = desk.patch(
        at(draft),
        {"body": '<p onclick="x()">Hi<script>alert(1)</script></p>', "headline": "</script><b>&", "kicker": "𝒯\u202e"},
        if_match="*",
    )
    assert told["body"] == "<p>Hi</p>"
    assert told["headline"] == "</script><b>&"
    assert desk.response["X-Content-Type-Options"] == "nosniff"


def test_all_that_is_filed_comes_back_as_it_was_sent(desk, draft, walter):
    picture, other = make_picture(), make_article("Other")
    make_category("Culture", slug="culture")
    make_author("Ada", slug="ada")
    sent = {
        "sections": ["culture"], "tags": ["Rivers", "Lakes"], "bylines": [{"author": "ada", "role": "photographer"}],
        "related": [other.pk], "lead_picture": picture.key, "lead_alt": "A weir", "lead_is_decorative": False,
        "language": "de", "translation_of": other.pk, "original_language": "en", "rating": 3.5, "reviewed": "A book",
        "kind": "review", "assignee": "walter", "due_at": "2026-12-01T10:00:00+00:00", "slug": "the-weir",
        "expires_at": "2036-12-01T10:00:00+01:00", "comments_policy": "closed", "search_title": "Weir",
        "share_title": "A weir!",
    }  # fmt: skip
    told = desk.patch(at(draft), sent, if_match="*")
    expected = sent | {"tags": ["Lakes", "Rivers"], "expires_at": "2036-12-01T09:00:00+00:00"}
    assert {name: told[name] for name in sent} == expected
    again = desk.patch(at(draft), {name: told[name] for name in sent}, if_match=desk.response["ETag"])
    assert again["version"] == told["version"]
    draft.refresh_from_db()
    assert (draft.assignee, draft.lead_picture, draft.translation_of) == (walter, picture, other)


def test_what_was_not_sent_stays(desk, draft):
    draft.tags.set(["Rivers"])
    Byline.objects.create(article=draft, author=make_author("Ada", slug="ada"))
    moment = timezone.now() + timedelta(days=2, microseconds=7)
    Article.objects.filter(pk=draft.pk).update(expires_at=moment)
    told = desk.patch(at(draft), {"kicker": "x"}, if_match="*")
    assert (told["tags"], told["bylines"]) == (["Rivers"], [{"author": "ada", "role": "writer"}])
    draft.refresh_from_db()
    assert (draft.expires_at, draft.headline) == (moment, "The weir")


def test_a_list_of_the_desk_is_filtered_and_paged(desk, world, django_assert_max_num_queries):
    for number in range(25):
        make_article(f"Story {number}", published=False, category=world, authors=[make_author()])
    make_article("Live", category=make_category("Other", slug="other"))
    with django_assert_max_num_queries(7):
        first = desk.get("/api/articles/?section=world&status=draft")
    second = desk.get(first["next"].removeprefix("http://testserver"))
    found = [one["headline"] for one in first["articles"] + second["articles"]]
    assert found == [f"Story {number}" for number in range(24, -1, -1)]
    assert second["next"] is None
    assert [one["headline"] for one in desk.get("/api/articles/?status=live")["articles"]] == ["Live"]
    assert desk.get("/api/articles/?status=lost", 400)["parameter"] == "status"
    assert desk.get("/api/articles/?tag=x", 400)["parameter"] == "tag"


def test_writing_has_budgets_of_queries(desk, draft, django_assert_max_num_queries):
    desk.patch(at(draft), {"kicker": "x"}, if_match="*")
    with django_assert_max_num_queries(16):
        desk.get(at(draft))
    with django_assert_max_num_queries(60):
        desk.patch(at(draft), {"kicker": "y", "body": LONG + LONG}, if_match="*")


def test_a_tag_is_made_by_those_who_may(desk, draft, walter):
    desk.patch(at(draft), {"tags": ["New"]}, if_match="*")
    assert Tag.objects.get().name == "New"


def test_a_story_that_is_nobodys_author_is_no_error(writer):
    assert not Author.objects.exists()
    assert writer.post("/api/articles/", {"slugline": "PLAN"}, 201)["status"] == "planned"
