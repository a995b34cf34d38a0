import socket

import pytest
from django.core.management import CommandError

from newsroom.management.commands import run
from newsroom.management.commands.run import HOST, Command


def test_a_taken_port_is_a_clear_message():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is taken .* make run PORT={port + 1}"):
            Command().check_port(port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port):
    with pytest.raises(CommandError, match="is not a port"):
        Command().check_port(port)


def test_collects_static_files_only_when_they_change(settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT = tmp_path
    collected = []
    monkeypatch.setattr(run, "call_command", lambda *args, **options: collected.append(args))
    command = Command()
    command.collect_static()
    command.collect_static()
    assert len(collected) == 1
