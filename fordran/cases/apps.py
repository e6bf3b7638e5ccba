from django.apps import AppConfig


class Cases(AppConfig):
    name = "fordran.cases"
    default_auto_field = "django.db.models.BigAutoField"
