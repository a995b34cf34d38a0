"""Where files are kept on this machine; operators may keep them on S3 instead (settings.py)."""

import os
import tempfile
from contextlib import suppress

from django.core.files.storage import FileSystemStorage
from django.http import HttpResponse

try:
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:  # files are on this machine
    UNREACHABLE = (OSError,)
else:
    # What is raised where files cannot be read; of these, FileNotFoundError says that there is no such file.
    UNREACHABLE = (OSError, BotoCoreError, ClientError)


def content_of(file) -> bytes:
    """All of an open file; on S3 in one request, where reading it asks for its size before."""
    return file.obj.get()["Body"].read() if hasattr(file, "obj") else file.read()


def come_back() -> HttpResponse:
    """Answer where files cannot be read at the moment; nobody keeps it."""
    response = HttpResponse("The file cannot be read at the moment. Try again soon.", "text/plain", status=503)
    response["Retry-After"], response["Cache-Control"] = "5", "no-store"
    return response


class WholeFileStorage(FileSystemStorage):
    """Files that appear under their name whole or not at all, and take the place of what was there.

    A reader's browser keeps what it got for a year, so half a file must never be served.
    """

    def get_available_name(self, name, max_length=None):
        return name

    def _save(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
            os.chmod(part, self.file_permissions_mode or 0o644)
            os.replace(part, path)
        finally:
            with suppress(FileNotFoundError):  # it has become the file, unless something failed
                os.unlink(part)
        return name.replace("\\", "/")
