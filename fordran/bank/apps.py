from django.apps import AppConfig


class Bank(AppConfig):
    name = "fordran.bank"
    default_auto_field = "django.db.models.BigAutoField"
