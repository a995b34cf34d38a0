"""One line per address. docs/decisions.md says why they are as they are; they do not change."""

from django.urls import path, re_path

from articles import (
    feeds,
    kept,
    live_pages,
    media,
    newsletter,
    rankings,
    reads,
    recommendations,
    site_files,
    sitemaps,
    style_page,
    views,
)

app_name = "articles"

urlpatterns = [
    path("", views.front, name="front"),
    re_path(r"^brand-(?P<digest>[0-9a-f]{12})\.css$", site_files.brand, name="brand"),
    path("manifest.webmanifest", site_files.manifest, name="manifest"),
    re_path(r"^icon-(?P<digest>[0-9a-f]{12})-(?P<name>[a-z0-9-]+\.png)$", site_files.icon, name="icon"),
    path("service-worker.js", site_files.service_worker, name="service_worker"),
    path("offline/", site_files.offline, name="offline"),
    path("style/", style_page.style, name="style"),
    path("search/", views.search, name="search"),
    path("section/<str:slug>/", views.section, name="section"),
    path("section/<str:slug>/<str:format>/", feeds.section, name="section_feed"),
    path("tag/<str:slug>/", views.tag, name="tag"),
    path("tag/<str:slug>/<str:format>/", feeds.tag, name="tag_feed"),
    path("author/<str:slug>/", views.author, name="author"),
    path("author/<str:slug>/<str:format>/", feeds.author, name="author_feed"),
    path("most-read/", rankings.most_read, name="most_read"),
    path("read/<int:article>/", reads.read, name="read"),
    path("recommend/<int:article>/", recommendations.recommend, name="recommend"),
    path("series/", views.all_dossiers, name="dossiers"),
    path("series/<str:slug>/", views.dossier, name="dossier"),
    path("series/<str:slug>/<str:format>/", feeds.dossier, name="dossier_feed"),
    path("saved/", views.saved, name="saved"),
    path("live/<int:article>/", live_pages.news, name="live_news"),
    path("feed/<str:format>/", feeds.latest, name="feed"),
    path("newsletter/", newsletter.sign_up, name="newsletter"),
    path("newsletter/asked/", newsletter.asked, name="newsletter_asked"),
    path("newsletter/confirm/<str:token>/", newsletter.confirm, name="newsletter_confirm"),
    path("newsletter/leave/<str:token>/", newsletter.leave, name="newsletter_leave"),
    path("picture/<str:key>/", media.reference, name="picture"),
    path("recording/<str:key>/", kept.recording, name="recording"),
    path("document/<str:key>/", kept.document, name="document"),
    path("media/recordings/<str:key>/<str:version>/<str:name>", kept.recording_file, name="recording_file"),
    path("media/captions/<str:key>/<str:version>/<str:name>", kept.captions, name="captions"),
    path("media/documents/<str:key>/<str:version>/<str:name>", kept.document_file, name="document_file"),
    path("media/pictures/<str:key>/<str:version>/<str:name>", media.rendition, name="rendition"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    re_path(r"^sitemap-(?P<year>[0-9]{4})-(?P<month>[0-9]{2})\.xml$", sitemaps.month, name="sitemap_month"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap_pages"),
    re_path(r"^(?P<year>[0-9]{4})/$", views.archive, name="archive_year"),
    re_path(r"^(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/$", views.archive, name="archive_month"),
    re_path(r"^(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/$", views.archive, name="archive_day"),
    re_path(
        r"^(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<slug>[^/]+)/$", views.detail, name="detail"
    ),
    re_path(r"^(?P<slug>[^/]+)/(?P<format>rss|atom)/$", feeds.corrections, name="corrections_feed"),
    path("<str:slug>/", views.page, name="page"),
]
