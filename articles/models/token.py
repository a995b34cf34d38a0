from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """What a program of somebody at the desk signs in with. Only its digest is kept; revoking it deletes the row."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60, help_text="What it is for, as in “Agency import”. The history names it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    of_password = models.CharField(max_length=64, default="", editable=False)  # it ends with the owner's password
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "token"
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="api_token_named_once",
                violation_error_message="You have a token of this name. Revoke it, or choose another name.",
            )
        ]

    def __str__(self):
        return self.name
