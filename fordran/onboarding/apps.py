from django.apps import AppConfig


class Onboarding(AppConfig):
    name = "fordran.onboarding"
    default_auto_field = "django.db.models.BigAutoField"
