from django.apps import AppConfig


class Books(AppConfig):
    name = "fordran.books"
    default_auto_field = "django.db.models.BigAutoField"
