from django.contrib import admin

from articles.admin.base import DeskAdmin
from articles.admin.tag import in_words, merge, number_of_articles
from articles.forms import AuthorForm
from articles.merging import merge_authors
from articles.models import Author, Byline


@admin.register(Author)
class AuthorAdmin(DeskAdmin):
    form = AuthorForm
    list_display = ["name", "role", "stories", "has_login"]
    list_filter = ["is_on_masthead", ("user", admin.EmptyFieldListFilter)]
    search_fields = ["name", "role", "email"]
    search_placeholder = "Name or role"
    add_label = "New author"
    actions = ["merge"]
    autocomplete_fields = ["user"]
    fieldsets = [
        (None, {"fields": ["name", "role", "is_on_masthead", "bio", "picture"]}),
        ("Elsewhere", {"fields": ["email", "website", "links"]}),
        ("Address and login", {"fields": ["slug", "user"]}),
    ]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "articles_author_changelist":
            return queryset.annotate(uses=number_of_articles(Byline, "author", "article"))
        return queryset

    def get_readonly_fields(self, request, obj=None):
        # A list of logins is for those who may see users; the link also decides whose articles these are.
        return [] if request.user.has_perm("auth.view_user") else ["user"]

    @admin.display(description="Articles", ordering="uses")
    def stories(self, author):  # `articles` is what the model calls the rows themselves
        return in_words(author.uses)

    @admin.display(description="Login", boolean=True, ordering="user")
    def has_login(self, author):
        return author.user_id is not None

    @admin.action(description="Merge…", permissions=["delete"])
    def merge(self, request, queryset):
        return merge(request, self, queryset, merge_authors)
