"""What docs/api.md shows is tried as it stands there."""

import json
import re
import shlex
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from articles import tokens
from articles.api import drafts, members, pictures
from articles.models.article import Kind
from articles.standing import Standing
from tests.factories import make_article, make_category, make_image

pytestmark = pytest.mark.django_db

DOCUMENT = (settings.BASE_DIR / "docs/api.md").read_text()


def commands():
    """Each curl of the document, as its arguments."""
    lines = re.findall(r"^    (curl (?:.*\\\n)*.*)$", DOCUMENT, re.M)
    return [line.replace("\\\n", " ") for line in lines]


def run(command, variables):
    for name, value in variables.items():
        command = command.replace(f"${name}", str(value))
    arguments, headers, parts, body, method, address = shlex.split(command)[1:], {}, {}, b"", "", ""
    while arguments:
        argument = arguments.pop(0)
        if argument == "-H":
            name, _, value = arguments.pop(0).partition(": ")
            headers[name] = value
        elif argument == "-X":
            method = arguments.pop(0)
        elif argument == "-d":
            body = arguments.pop(0).encode()
        elif argument == "-F":
            name, _, value = arguments.pop(0).partition("=")
            parts[name] = SimpleUploadedFile(value[1:], make_image()) if value.startswith("@") else value
        else:
            address = urlsplit(argument)
    target = f"{address.path}?{address.query}"
    if parts:
        return Client().post(target, parts, headers=headers)
    kind = headers.pop("Content-Type", "text/plain")
    return Client().generic(method or ("POST" if body else "GET"), target, body, kind, headers=headers)


def test_each_command_does_what_is_said(alice):
    make_category("Science", slug="science")
    make_article("A view", kind="opinion")
    variables = {"TOKEN": tokens.make(alice, "Docs", 7)}
    answered = []
    for command in commands():
        response = run(command, variables)
        assert response.status_code in (200, 201), (command, response.content)
        told = json.loads(response.content)
        if response.status_code == 201 and "version" in told:
            variables["ID"] = told["id"]
        answered.append((response.status_code, told.get("status")))
    assert answered[:3] == [(200, None)] * 3
    assert answered[3:] == [(201, "draft"), (200, "draft"), (200, "review"), (200, "live"), (201, None)]


def test_names_every_member_step_kind_and_status():
    named = set(re.findall(r"`([a-z_]+)`", DOCUMENT))
    assert members.MEMBERS.keys() <= named
    assert set(drafts.STEP_MEMBERS) <= named
    assert set(pictures.PictureForm.base_fields) <= named
    assert {*Kind.values, *Standing.values} <= named
    assert set(re.findall(r"…/([a-z-]+)/", DOCUMENT)) == set(drafts.VERBS)
