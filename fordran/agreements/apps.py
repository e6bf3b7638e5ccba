from django.apps import AppConfig


class Agreements(AppConfig):
    name = "fordran.agreements"
    default_auto_field = "django.db.models.BigAutoField"
