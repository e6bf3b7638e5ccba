from django.apps import AppConfig


class Day(AppConfig):
    name = "fordran.day"
    default_auto_field = "django.db.models.BigAutoField"
