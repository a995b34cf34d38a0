"""Take the pictures of docs/moderators.md anew; see docs_pictures.py. It reports and appeals."""

import json
import sys
from functools import partial

import docs_pictures

keep = partial(docs_pictures.keep, folder="moderators")
QUEUE = "/desk/comments/comment/queue/"

# What a day brings: a report, a word of the list, a question to colleagues, a colleague at work.
A_DAY = """
import json
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from comments import authorship, claims, moderation, reactions
from comments.models import Comment
ada = User.objects.get(username="admin")
said = Comment.objects.visible().filter(parent__isnull=False).order_by("id")[4]
reactions.report(said, "a", "abuse", "This is about my neighbour.")
waiting = list(Comment.objects.filter(status="pending", passed_on_by=None).order_by("id"))
for number, comment in enumerate(waiting):
    Comment.objects.filter(pk=comment.pk).update(created_at=timezone.now() - timedelta(minutes=max(2, 41 - 3 * number)))
body = waiting[0].body
Comment.objects.filter(pk=waiting[0].pk).update(
    risk=0.7, held_because="Held: the word “rubbish” and a first comment from this e-mail address (0.70).",
    body="The plan is rubbish, and whoever drew it should say so. " + body,
    signals=[{"code": "word", "score": 0.6, "spans": [[12, 19]], "effect": "hold"},
             {"code": "refused_words", "score": 0.1, "spans": [[25, 54]], "effect": ""}],
)
moderation.pass_on(Comment.objects.get(pk=waiting[5].pk), ada, internal_note="Do we know that this is so?")
claims.claim(waiting[1].pk, ada)
refused = waiting[-1]
moderation.reject(refused, ada, "abuse", public_note="Say it without the name, and it can stand.")
print(json.dumps([said.article.get_absolute_url(), authorship.address(refused)]))
"""


def main(url):
    story, own = json.loads(docs_pictures.bring(A_DAY).splitlines()[-1])
    with docs_pictures.newsroom(url) as opened:
        page = opened(QUEUE, 1180, role="moderator")
        page.locator(".is-current [data-mine]").wait_for(state="visible")
        keep(page, name="queue")
        page.keyboard.press("d")
        page.locator(".is-current [data-reason]").first.wait_for(state="visible")
        keep(page, name="reasons")
        page.goto(f"{QUEUE}?tab=second")
        keep(page, name="second-opinion")
        page.goto("/desk/comments/wordrule/add/")
        page.fill("#id_text", "bridge")
        page.click("[name=_save]")
        page.locator(".rehearsal").wait_for()
        keep(page, name="word", full=True)
        page.goto(f"{QUEUE}figures/")
        keep(page, name="figures", full=True)
        page = opened(QUEUE, 375, 800, "dark", role="moderator")
        page.locator(".is-current").wait_for()
        keep(page, name="queue-phone")
        # What readers meet.
        keep(opened(story, 1180).locator("#comments"), name="thread")
        keep(opened(own, 600, 700).locator("#main"), name="own-comment")


if __name__ == "__main__":
    main(sys.argv[1])
