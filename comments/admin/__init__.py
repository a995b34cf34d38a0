from comments.admin.comment import CommentAdmin
from comments.admin.sanction import SanctionAdmin

__all__ = ["CommentAdmin", "SanctionAdmin"]
