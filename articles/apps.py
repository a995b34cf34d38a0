from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self):
        from articles import panels  # noqa: F401  (registers what the desk's home shows)
