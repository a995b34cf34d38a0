from django.contrib import admin
from django.urls import include, path

from newsroom import views

urlpatterns = [
    path("desk/", admin.site.urls),
    path("robots.txt", views.robots),
    path("health/", views.health),
    path("api/", include("articles.api.urls")),
    path("", include("comments.urls")),
    path("", include("articles.urls")),
]

handler400 = "newsroom.views.bad_request"
handler403 = "newsroom.views.forbidden"
handler404 = "newsroom.views.not_found"
handler500 = "newsroom.views.server_error"
