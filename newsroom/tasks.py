"""Work for later, in Django's own terms; before Django 6 they come from the package they were first written in."""

try:
    from django.tasks import task
except ImportError:
    from django_tasks import task

__all__ = ["task"]
