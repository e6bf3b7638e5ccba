from django.apps import AppConfig


class Access(AppConfig):
    name = "fordran.access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fordran.access import doors  # noqa: F401  (its receivers)
