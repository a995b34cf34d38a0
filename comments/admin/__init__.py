from comments.admin.comment import CommentAdmin
from comments.admin.rules import (
    CannedReasonAdmin,
    PolicyAdmin,
    ReportAdmin,
    SectionModeratorAdmin,
)
from comments.admin.sanction import SanctionAdmin
from comments.admin.words import ExampleAdmin, WordRuleAdmin

__all__ = [
    "CannedReasonAdmin",
    "CommentAdmin",
    "ExampleAdmin",
    "PolicyAdmin",
    "ReportAdmin",
    "SanctionAdmin",
    "SectionModeratorAdmin",
    "WordRuleAdmin",
]
