from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"

    def ready(self):
        from comments import changes, panels, told  # noqa: F401  (register what others ask)

        changes.listen()
