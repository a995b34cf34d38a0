import stat

from newsroom.settings import generated_secret


def test_the_secret_is_made_once_and_kept_private(tmp_path):
    path = tmp_path / "var" / "secret_key"
    secret = generated_secret(path)
    assert len(secret) >= 50
    assert generated_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
