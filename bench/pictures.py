"""How long pictures take: `make bench` prints it. Times are processor time on one core, the best of three."""

import io
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PHOTOGRAPH = ROOT / "articles" / "demonstration" / "pictures" / "tea-gardens.jpg"
LIBRARY = 20_000


def main():
    folder = tempfile.TemporaryDirectory()
    os.environ |= {"DATA_DIR": folder.name, "DJANGO_SETTINGS_MODULE": "newsroom.settings", "DEBUG": "true"}
    sys.path.insert(0, str(ROOT))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with folder:
        for line, value in [*photograph(), *library()]:
            print(f"{line:66} {value}")


def best(work, before=lambda: None):
    """The seconds of processor time that `work` takes, and what it returned last."""
    seconds = []
    for _ in range(3):
        before()
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    return min(seconds), result


def twelve_megapixels():
    from PIL import Image

    image = Image.open(PHOTOGRAPH).convert("RGB").resize((4000, 3000), Image.Resampling.LANCZOS)
    grain = Image.effect_noise(image.size, 18).convert("RGB")  # what scaling up took away
    buffer = io.BytesIO()
    Image.blend(image, grain, 0.06).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def photograph():
    from django.core.files.uploadedfile import SimpleUploadedFile

    from articles import renditions
    from articles.models import Picture
    from articles.uploads import take_in

    content = twelve_megapixels()
    clear = Picture.objects.all().delete

    def usable():
        picture = take_in(SimpleUploadedFile("twelve.jpg", content))
        with renditions.open_file(picture, picture.rendition("3x2").name_of(720, "avif")) as file:
            file.read()
        return picture

    seconds, picture = best(usable, clear)
    yield (
        f"A JPEG of 12 megapixels ({len(content) / 1e6:.1f} MB): upload, and first file for a page",
        f"{seconds:.2f} s",
    )
    picture.delete()

    def every():
        picture = take_in(SimpleUploadedFile("twelve.jpg", content))
        renditions.make(picture)
        return picture

    seconds, picture = best(every, clear)
    yield f"  upload, and all {len(renditions.files(picture))} files", f"{seconds:.2f} s"
    for name in ("3x2-720.avif", "3x2-720.webp", "3x2-720.jpg", "3x2-1440.avif"):
        with renditions.open_file(picture, name) as file:
            yield f"  {name}", f"{len(file.read()) / 1000:.1f} KB"


def library():
    from django.contrib.auth.models import User
    from django.db import connection, reset_queries
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from articles.models import Picture

    pattern = Picture.objects.get()
    values = {field.attname: getattr(pattern, field.attname) for field in Picture._meta.concrete_fields}
    for name in ("id", "key", "digest"):
        del values[name]
    Picture.objects.bulk_create(
        (Picture(digest=f"{number:032x}", **values) for number in range(LIBRARY)), batch_size=500
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("bench"))
    for label, address in (
        (f"The library of {LIBRARY:,} pictures", ""),
        ("  searched for a word that none has", "?q=heron"),
        ("  its unused ones", "?used=no"),
    ):
        path = f"/desk/articles/picture/{address}"
        client.get(path)
        reset_queries()
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        seconds, response = best(lambda path=path: client.get(path))
        yield label, f"{seconds * 1000:.0f} ms, {len(queries)} queries, status {response.status_code}"


if __name__ == "__main__":
    main()
