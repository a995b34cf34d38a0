"""Who gets the newsletter: seen, deleted and exported by administrators, added by nobody but the reader."""

import logging

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles import subscriptions
from articles.admin.base import Choice, DeskAdmin
from articles.models import Subscriber

logger = logging.getLogger(__name__)


class StandingFilter(Choice):
    title = "standing"
    parameter_name = "standing"
    options = [("confirmed", "Confirmed"), ("waiting", "Not confirmed"), ("left", "Left")]

    def keep(self, request, queryset, value):
        if value == "confirmed":
            return queryset.confirmed()
        return queryset.filter(confirmed_at=None) if value == "waiting" else queryset.filter(left_at__isnull=False)


@admin.register(Subscriber)
class SubscriberAdmin(DeskAdmin):
    list_display = ["email", "asked_at", "confirmed_at", "left_at"]
    list_filter = [StandingFilter]
    search_fields = ["email"]
    search_placeholder = "Address"
    fields = ["email", "asked_at", "confirmed_at", "left_at"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def get_urls(self):
        export = path("export/", self.admin_site.admin_view(self.export_view), name="articles_subscriber_export")
        return [export, *super().get_urls()]

    def export_view(self, request):
        return export(request)

    def log_deletions(self, request, queryset):
        """Log who deleted, not what address: it is to be gone."""
        nameless = [Subscriber(pk=subscriber.pk, email=f"Subscriber {subscriber.pk}") for subscriber in queryset]
        return super().log_deletions(request, nameless)


@never_cache
@require_safe
def export(request):
    """Answer with the confirmed addresses, as a spreadsheet or a mailing program reads them."""
    if not request.user.has_perm("articles.export_subscribers"):
        raise PermissionDenied
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="newsletter-{timezone.localdate()}.csv"'
    number = subscriptions.write_csv(response, request.build_absolute_uri("/"))
    logger.info("User %s exported %s newsletter addresses.", request.user.pk, number)
    return response
