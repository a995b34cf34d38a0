from comments.models.claim import Claim
from comments.models.classifier import Token, Training
from comments.models.comment import Comment
from comments.models.decision import Decision
from comments.models.example import Example
from comments.models.fingerprint import Shingle
from comments.models.limit import Allowance
from comments.models.link import Link
from comments.models.mail import Mailbox, Outbox, Subscription
from comments.models.policy import Policy
from comments.models.reason import CannedReason
from comments.models.recommendation import Recommendation
from comments.models.report import Report
from comments.models.sanction import Sanction
from comments.models.section import SectionModerator
from comments.models.word import WordHit, WordRule

__all__ = [
    "Allowance",
    "CannedReason",
    "Claim",
    "Comment",
    "Decision",
    "Example",
    "Link",
    "Mailbox",
    "Outbox",
    "Policy",
    "Recommendation",
    "Report",
    "Sanction",
    "SectionModerator",
    "Shingle",
    "Subscription",
    "Token",
    "Training",
    "WordHit",
    "WordRule",
]
