"""Give freed memory back to the system, which the C library of Linux otherwise keeps where anything lies above it."""

import ctypes
import time

from django.core.signals import request_finished

EVERY = 60  # seconds; it takes a few milliseconds

_last = 0.0


def give_back(**kwargs):
    """After a request, when some time has gone by since the last."""
    global _last
    if time.monotonic() - _last > EVERY:
        _last = time.monotonic()
        _trim(0)


def _nothing(_):
    """For other C libraries, which know no such thing."""


_trim = getattr(ctypes.CDLL(None), "malloc_trim", _nothing)


def watch():
    request_finished.connect(give_back, dispatch_uid="memory")
