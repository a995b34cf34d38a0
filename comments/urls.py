from django.urls import path

from comments import views

app_name = "comments"

urlpatterns = [
    path("write/<int:article_id>/", views.write, name="write"),
    path("posted/<str:signed>/", views.posted, name="posted"),
    path("<str:public_id>/", views.permalink, name="permalink"),
]
