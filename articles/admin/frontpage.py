from django.contrib import admin, messages
from django.db.models import Q
from django.utils import timezone

from articles.admin.base import Choice, DeskAdmin, render_cell
from articles.models import Placement


class HoldingFilter(Choice):
    title = "when"
    parameter_name = "when"
    options = (("now", "On the front page now"), ("later", "Still to come"), ("ended", "Ended"))

    def keep(self, request, queryset, value):
        now = timezone.now()
        if value == "later":
            return queryset.filter(starts_at__gt=now)
        return queryset.holding(now) if value == "now" else queryset.filter(ends_at__lte=now)


@admin.register(Placement)
class PlacementAdmin(DeskAdmin):
    list_display = ["story", "zone", "position", "begins", "ends", "state"]
    list_display_links = None
    list_editable = ["position"]
    list_filter = [HoldingFilter, "zone"]
    search_fields = ["article__headline"]
    search_placeholder = "Headline"
    add_label = "Place an article"
    autocomplete_fields = ["article"]
    actions = ["end_now"]
    fields = ["article", "zone", "position", "starts_at", "ends_at"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("article__lead_picture", "article__category")
            .defer("article__body", "article__body_text")
        )

    def get_sortable_by(self, request):
        return ["zone", "begins", "ends"]

    def response_post_save_add(self, request, obj):
        if not obj.article.is_public():
            messages.warning(request, f"“{obj.article}” is not public yet. It takes its place once it is.")
        return super().response_post_save_add(request, obj)

    @admin.display(description="Story")
    def story(self, placement):
        return render_cell("placement", placement=placement)

    @admin.display(description="From", ordering="starts_at")
    def begins(self, placement):
        return render_cell("moment", moment=placement.starts_at)

    @admin.display(description="Until", ordering="ends_at")
    def ends(self, placement):
        return render_cell("moment", moment=placement.ends_at)

    @admin.display(description="State")
    def state(self, placement):
        now = timezone.now()
        if placement.ends_at is not None and placement.ends_at <= now:
            return "Ended"
        return "To come" if placement.starts_at > now else "Holds now"

    @admin.action(description="End now", permissions=["change"])
    def end_now(self, request, queryset):
        going_on = queryset.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=timezone.now()))
        for placement in (ended := list(going_on)):
            self.log_change(request, placement, "Ended.")
            placement.end()
        messages.success(request, f"Ended: {len(ended)}.")
