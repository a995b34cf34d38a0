import html
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from tests.factories import make_article


@pytest.fixture
def article(db):
    return make_article("The river that was moved")


@pytest.fixture(autouse=True)
def _slow_readers(monkeypatch):
    """Let every form be read for a while before it is sent; what tests speed sets its own pace."""
    monkeypatch.setattr("comments.screening.form.TOO_FAST", 0)


@pytest.fixture
def write(client):
    """Fill in and send the form as a browser does: whatever it came with goes back."""

    def send(article, parent=None, fields=None, **answers):
        address = f"/comments/write/{article.pk}/" + (f"?parent={parent.public_id}" if parent else "")
        fields = fields or fields_of(client.get(address))
        return client.post(address, fields | {"name": "Charlie", "body": "Well said."} | answers)

    return send


def fields_of(response):
    """The hidden fields of the form on a page, by name."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    return {name: html.unescape(value) for name, value in found}


@pytest.fixture
def at_once(transactional_db, tmp_path):
    """Return a function that calls another with each argument, all at the same moment, and returns what came of it.

    SQLite's test database lives in one process's memory and knows other locks than a real one, so it is copied to
    a file first; look at the outcome through `at_once` too.
    """
    settings = connections.settings["default"]
    name = settings["NAME"]

    def copied():
        if connection.vendor == "sqlite" and settings["NAME"] == name:
            connection.ensure_connection()
            with sqlite3.connect(tmp_path / "copy.sqlite3") as copy:
                connection.connection.backup(copy)
            settings["NAME"] = str(tmp_path / "copy.sqlite3")

    def run(function, arguments):
        copied()

        def call(argument):
            try:
                return function(argument)
            finally:
                connections.close_all()

        arguments = list(arguments)
        with ThreadPoolExecutor(len(arguments)) as pool:
            return list(pool.map(call, arguments))

    yield run
    settings["NAME"] = name
