import os
import re
import stat
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from newsroom.settings import generated_secret


def test_the_secret_is_made_once_and_kept_private(tmp_path):
    path = tmp_path / "var" / "secret_key"
    secret = generated_secret(path)
    assert len(secret) >= 50
    assert generated_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_variable_set_to_nothing_is_one_that_is_not_set(tmp_path):
    read = Path(settings.BASE_DIR, "newsroom/settings.py").read_text()
    empty = dict.fromkeys(re.findall(r'env\.\w+\(\s*"(\w+)"', read), "")
    assert {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "ALLOWED_HOSTS"} <= empty.keys()
    code = "from newsroom import settings; print(settings.ALLOWED_HOSTS[0], settings.DATABASES['default']['NAME'])"
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=settings.BASE_DIR, env=os.environ | empty | {"DATA_DIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert told.split() == ["localhost", str(tmp_path / "newsroom.sqlite3")]


def test_a_database_can_be_made_where_the_secret_comes_from_outside(tmp_path):
    place = tmp_path / "new" / "var"
    code = "from django.db import connection; import django; django.setup(); connection.ensure_connection()"
    environment = os.environ | {"DATA_DIR": str(place), "SECRET_KEY": "x" * 60, "DATABASE_URL": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "newsroom.settings"
    subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, check=True)
    assert (place / "newsroom.sqlite3").exists()
