from django.apps import AppConfig


class Invoices(AppConfig):
    name = "fordran.invoices"
    default_auto_field = "django.db.models.BigAutoField"
