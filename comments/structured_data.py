"""What programs are told of a conversation, in the words of schema.org: of what every reader sees, and nothing else."""

from articles.structured_data import moment


def of_conversation(total, picks, absolute) -> dict:
    """Return what belongs to the story: how many comments there are, and those that editors picked.

    To repeat all that the page says would make it twice as heavy.
    """
    picks = [
        {
            "@type": "Comment",
            "url": absolute(comment.get_absolute_url()),
            "text": comment.body,
            "dateCreated": moment(comment.created_at),
            "author": {"@type": "Person", "name": comment.name},
            "upvoteCount": comment.recommends,
        }
        for comment in picks
    ]
    return {"commentCount": total, **({"comment": picks} if picks else {})}
