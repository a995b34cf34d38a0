from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from articles.models import Article, Category
from articles.models.site import CommentsPolicy


class Policy(models.Model):
    """What a section, an article or (neither named) the site says about comments. What is left open is said above it.

    How comments are let in at all is said by the site's settings and by each article itself; here only by sections.
    """

    section = models.OneToOneField(Category, models.CASCADE, null=True, blank=True, related_name="comments_rules")
    article = models.OneToOneField(Article, models.CASCADE, null=True, blank=True, related_name="comments_rules")
    mode = models.CharField(
        "comments", max_length=20, choices=[("", "As the site says"), *CommentsPolicy.choices], blank=True, default=""
    )
    close_after_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days after publication. 0 never closes; empty: as said above."
    )
    allows_links = models.BooleanField(null=True, blank=True, help_text="Where they are not, a link holds the comment.")
    is_sensitive = models.BooleanField(null=True, blank=True, help_text="Comments are held more readily.")
    surge_at = models.PositiveIntegerField(
        null=True, blank=True, help_text="So many comments within ten minutes are a surge: newcomers are held."
    )
    report_threshold = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Weight of reports that hides: a guest’s counts one, an account’s three."
    )

    class Meta:
        verbose_name = "comments policy"
        verbose_name_plural = "comments policies"
        constraints = [
            models.CheckConstraint(
                name="policy_of_a_section_or_an_article",
                condition=Q(section__isnull=True) | Q(article__isnull=True),
                violation_error_message="A policy is a section’s or an article’s, not both.",
            ),
            models.UniqueConstraint(
                Coalesce("section", 0),
                Coalesce("article", 0),
                name="policy_once",
                violation_error_message="There is a policy for this already.",
            ),
            models.CheckConstraint(
                name="policy_mode_of_sections",
                condition=Q(mode="") | Q(section__isnull=False, mode__in=CommentsPolicy.values),
                violation_error_message="How an article or the site takes comments is set there.",
            ),
            models.CheckConstraint(
                name="policy_hides_for_a_report",
                condition=Q(report_threshold__isnull=True) | Q(report_threshold__gt=0),
                violation_error_message="It takes a report to hide a comment: name a number from 1.",
            ),
        ]

    def __str__(self):
        return str(self.section or self.article or "The site")
