from django.apps import AppConfig


class Payouts(AppConfig):
    name = "fordran.payouts"
    default_auto_field = "django.db.models.BigAutoField"
