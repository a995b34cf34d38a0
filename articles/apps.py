from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self):
        from articles import checks, panels  # noqa: F401  (register what `check` and the desk's home say)
