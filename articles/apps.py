from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self):
        from articles import changes, moments, panels, system_checks  # noqa: F401  (register what others ask or tell them)

        changes.listen()
