import pytest
from django.utils.crypto import get_random_string

from newsroom.pagestore import stores
from newsroom.settings import REDIS_URL


@pytest.fixture(params=["files", "redis"])
def store(request, settings, tmp_path, monkeypatch):
    settings.PAGE_STORE_BYTES = 10_000_000
    if request.param == "files":
        settings.PAGE_STORE = str(tmp_path / "pages")
    elif not REDIS_URL:
        pytest.skip("REDIS_URL names no server.")
    else:
        from newsroom.pagestore import redis

        settings.PAGE_STORE = REDIS_URL
        # Of ones own, beside the tests of other workers.
        prefix = f"pages-{get_random_string(8)}:"
        monkeypatch.setattr(redis, "PREFIX", prefix)
        for name in ("LAST", "BORN", "FIGURES"):
            monkeypatch.setattr(redis, name, f"{prefix}{name}")
        monkeypatch.setattr(redis, "LOOKS_EVERY", 0)
    monkeypatch.setattr(stores, "_current", None)
    return stores.current()
