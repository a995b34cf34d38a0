from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """The stock admin, with the desk as its site."""

    default_site = "newsroom.desk.DeskSite"
