"""A program of its own: say how many pages the PDF named on the command line has, and draw the first.

It writes a line of JSON and then a PNG. PDFs may be made to draw for years or to fill any memory, so it runs
under limits and may be ended by them; articles/documents.py starts it.
"""

import json
import resource
import sys

import pypdfium2

WIDTH, HEIGHT = 1200, 1600  # pixels: the box that the picture of the page fits into
MOST_ENLARGED = 4
SECONDS = 2  # of work
MEMORY = 512 * 1024 * 1024  # bytes of addresses, a third of which is the program itself


def main(path):
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":  # others do not let a program limit its own memory
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        is_locked = "password" in str(error).lower() or "security" in str(error).lower()
        return say({"problem": "locked" if is_locked else "broken"})
    pages = len(document)
    if not pages:
        return say({"problem": "empty"})
    say({"pages": pages})
    page = document[0]
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        return None
    scale = min(WIDTH / width, HEIGHT / height, MOST_ENLARGED)
    picture = page.render(scale=scale).to_pil()
    picture.convert("RGB").save(sys.stdout.buffer, "PNG")


def say(words):
    sys.stdout.buffer.write(json.dumps(words).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
