from comments.models.comment import Comment
from comments.models.decision import Decision

__all__ = ["Comment", "Decision"]
