from django.apps import AppConfig


class Settlement(AppConfig):
    name = "fordran.settlement"
    default_auto_field = "django.db.models.BigAutoField"
