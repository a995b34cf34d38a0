import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

application = get_wsgi_application()

from newsroom import memory  # noqa: E402  (they need the settings)
from newsroom.pagestore.version import version  # noqa: E402
from newsroom.pagestore.wrapper import Kept  # noqa: E402

application = Kept(application, version())
memory.watch()

# What is there from the start stays. To look through it for rubbish again and again took a tenth of a second each time.
gc.freeze()
