from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"

    def ready(self):
        from comments import changes, panels  # noqa: F401  (registers what the desk's home shows)

        changes.listen()
