from django.db import models


class Allowance(models.Model):
    """Until when somebody's, or an article's, share of comments is used up. Rows of the past mean nothing."""

    key = models.CharField(max_length=80, primary_key=True)
    used_until = models.FloatField(help_text="Seconds since 1970.", db_index=True)

    def __str__(self):
        return self.key
