from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "grants"
    label = "grants"
    verbose_name = "Grants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from grants import effects
        from grants.needs import register_needs
        from grants.queries.pack import document_of
        from partners.queries.verify import SOURCES

        register_needs()
        effects.watch()
        SOURCES.append(document_of)
