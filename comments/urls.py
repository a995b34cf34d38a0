from django.urls import path

from comments import mailing, transparency, views

app_name = "comments"

urlpatterns = [
    path("write/<int:article_id>/", views.write, name="write"),
    path("posted/<str:signed>/", views.posted, name="posted"),
    path("own/", views.all_mine, name="mine"),
    path("own/on/<int:article_id>/", views.mine_on, name="mine_on"),
    path("own/<str:purpose>/<str:token>/", views.one_of_mine, name="own"),
    path("transparency/", transparency.page, name="transparency"),
    path("mail/confirm/<str:token>/", mailing.confirm, name="mail_confirm"),
    path("mail/digest/<str:token>/", mailing.digest, name="mail_digest"),
    path("mail/<str:token>/", mailing.frequency, name="mail"),
    path("<str:public_id>/recommend/", views.recommend, name="recommend"),
    path("<str:public_id>/report/", views.report, name="report"),
    path("<str:public_id>/", views.permalink, name="permalink"),
]
