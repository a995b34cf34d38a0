"""Where files are kept on this machine; operators may keep them on S3 instead (settings.py)."""

import os
import tempfile
from contextlib import suppress

from django.core.files.storage import FileSystemStorage


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
