from django.apps import AppConfig


class DbConfig(AppConfig):
    name = "fordran.db"
    label = "db"
    verbose_name = "The database's own walls"
