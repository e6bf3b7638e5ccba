from django.apps import AppConfig


class Audit(AppConfig):
    name = "fordran.audit"
    default_auto_field = "django.db.models.BigAutoField"
