"""Take the pictures of writing in docs/editors.md anew; see docs_pictures.py. It writes notes and makes a link."""

import sys
from functools import partial

import docs_pictures

keep = partial(docs_pictures.keep, folder="editors")
SLUG = "the-waiting-room-at-night"

# What a day brings: two notes on a story, one of them answered, and a link for somebody who was there.
A_DAY = f"""
from django.contrib.auth.models import User
from articles import notes, sharing
from articles.models import Article
story = Article.objects.get(slug="{SLUG}")
editor, writer = User.objects.get(username="editor"), User.objects.get(username="writer")
words = notes.texts_of(story)["body"].split()
first = notes.add(story, "Do we have this from two people?", editor, quote=" ".join(words[:7]))
notes.reply(first, "Yes: the guard and the night porter.", writer)
share, token = sharing.make(story, "Ada Fenwick", 7, editor)
print(story.pk, token)
"""


def main(url):
    number, token = docs_pictures.bring(A_DAY).split()
    with docs_pictures.newsroom(url) as opened:
        reader = opened(f"/draft/{token}/", height=860)
        reader.fill("#draft_text", "The clock stopped at ten to four, not at four.")
        reader.click("[value=note]")
        reader.click("[value^=sign_off]")
        keep(reader.locator("#draft"), name="draft")
        page = opened(f"/desk/articles/article/{number}/change/", height=860, role="editor")
        page.locator(".ProseMirror p").first.wait_for()
        page.get_by_role("tab", name="Notes").click()
        keep(page, name="notes")
        page.click(".submit-row .preview")
        page.frame_locator(".preview-frame iframe").locator("h1").wait_for()
        page.get_by_label("Phone").check()
        page.get_by_label("Dark").check()
        page.evaluate("scrollTo(0, 0)")
        keep(page, name="preview")


if __name__ == "__main__":
    main(sys.argv[1])
