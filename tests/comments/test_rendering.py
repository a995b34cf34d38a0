import re

import pytest

from comments.models import Comment
from comments.templatetags.comments import comment_body, marked
from tests.factories import make_comment


def shown(text):
    return comment_body(Comment(body=text))


def test_makes_paragraphs_and_lines():
    assert shown("one\ntwo\n\nthree") == '<p dir="auto">one<br>two</p>\n<p dir="auto">three</p>'


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "http://a.example/\"onmouseover='alert(1)'",
        "javascript:alert(1)",
        "[x](javascript:alert(1))",
        "http://a.example/<svg/onload=alert(1)>",
        "&lt;b&gt;",
        "data:text/html,<b>",
    ],
)
def test_lets_nothing_through_as_markup(attack):
    assert set(re.findall(r"<(\w+)", shown(attack))) <= {"p", "a", "br"}
    assert not re.search(r"<[^>]*\son\w+=", shown(attack))
    assert 'href="javascript' not in shown(attack)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://a.example/b?c=d&e=f.", "https://a.example/b?c=d&amp;e=f"),
        ("(http://a.example/x_(y))", "http://a.example/x_(y)"),
        ("“https://a.example/”", "https://a.example/"),
        ("HTTPS://A.example", "HTTPS://A.example"),
        ("https://münchen.example/ß!", "https://münchen.example/ß"),
    ],
)
def test_links_web_addresses(text, address):
    assert f'<a href="{address}" rel="nofollow ugc noopener">{address}</a>' in shown(text)


@pytest.mark.parametrize(
    "text", ["ftp://a.example", "mailto:a@b.example", "http://", "https://[", "//a.example", "xhttp://a.b"]
)
def test_links_nothing_else(text):
    assert "<a" not in shown(text)


def test_shows_any_text():
    for text in ("http://" * 1400, "http://a" + ")" * 9990, "[" * 10_000, "\n" * 10_000, "https://a.b/" + "(" * 9000):
        assert shown(text).startswith("<p")


@pytest.mark.django_db
def test_shows_names_and_texts_escaped_wherever_they_appear(client, as_bob, article):
    attack = "<script>alert(1)</script>"
    root = make_comment(article, body=attack, name=attack)
    make_comment(parent=root, body=attack, name=attack, status="pending", held_because=attack)
    pages = [
        client.get(article.get_absolute_url()),
        client.get(f"/comments/write/{article.pk}/?parent={root.public_id}"),
        as_bob.get("/desk/comments/comment/queue/"),
        as_bob.get("/desk/comments/comment/queue/?tab=decided"),
        as_bob.get("/desk/comments/comment/"),
        as_bob.get(f"/desk/comments/comment/{root.pk}/change/"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert attack.encode() not in page.content


def test_marks_the_spans_of_signals():
    comment = Comment(body="Look at https://a.example now", signals=[{"code": "links", "spans": [[8, 25]]}])
    assert [(part["text"], part["is_marked"]) for part in marked(comment)] == [
        ("Look at ", False), ("https://a.example", True), (" now", False),
    ]  # fmt: skip


@pytest.mark.parametrize("spans", [[[5, 2]], [[0, 99]], [[0, 3], [2, 4]], [[-2, 3]]])
def test_keeps_the_text_whole_whatever_the_spans(spans):
    comment = Comment(body="a text", signals=[{"code": "x", "spans": spans}])
    assert "".join(part["text"] for part in marked(comment)) == "a text"
