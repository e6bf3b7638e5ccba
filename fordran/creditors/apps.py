from django.apps import AppConfig


class Creditors(AppConfig):
    name = "fordran.creditors"
    default_auto_field = "django.db.models.BigAutoField"
