from django.apps import AppConfig


class Letters(AppConfig):
    name = "fordran.letters"
    default_auto_field = "django.db.models.BigAutoField"
