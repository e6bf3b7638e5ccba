from django.apps import AppConfig


class Erp(AppConfig):
    name = "fordran.erp"
    default_auto_field = "django.db.models.BigAutoField"
