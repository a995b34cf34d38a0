from django.urls import include, path
from django.views.generic import RedirectView

from comments import erasing, feeds, mailing, transparency, views

app_name = "comments"

urlpatterns = [
    # What one visitor does or sees: never kept, and nothing for search engines.
    path(
        "comments/",
        include(
            [
                path("write/<int:article_id>/", views.write, name="write"),
                path("follow/<int:article_id>/", mailing.follow, name="follow"),
                path("posted/<str:signed>/", views.posted, name="posted"),
                path("own/", views.all_mine, name="mine"),
                path("own/erase-everything/", erasing.everything, name="erase_everything"),
                path("own/on/<int:article_id>/", views.mine_on, name="mine_on"),
                path("own/<str:purpose>/<str:token>/", views.one_of_mine, name="own"),
                path("mail/confirm/<str:token>/", mailing.confirm, name="mail_confirm"),
                path("mail/erase/<str:token>/", erasing.confirm, name="mail_erase"),
                path("mail/digest/<str:token>/", mailing.digest, name="mail_digest"),
                path("mail/<str:token>/", mailing.frequency, name="mail"),
                path("<str:public_id>/recommend/", views.recommend, name="recommend"),
                path("<str:public_id>/report/", views.report, name="report"),
                # Where the figures stood before.
                path("transparency/", RedirectView.as_view(pattern_name="comments:transparency", permanent=True)),
                path("<str:public_id>/", views.permalink, name="permalink"),
            ]
        ),
    ),
    # The same for everybody.
    path(
        "conversations/",
        include(
            [
                path("moderation/", transparency.page, name="transparency"),
                path("feed/<str:format>/", feeds.newest, name="feed"),
                path("<int:article_id>/<str:format>/", feeds.article, name="article_feed"),
            ]
        ),
    ),
]
