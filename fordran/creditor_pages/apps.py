from django.apps import AppConfig


class CreditorPages(AppConfig):
    name = "fordran.creditor_pages"
    default_auto_field = "django.db.models.BigAutoField"
