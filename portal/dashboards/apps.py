from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "portal.dashboards"
    label = "dashboards"
    verbose_name = "Dashboards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from partners.queries.verify import SOURCES
        from portal.accounts import happened
        from portal.dashboards.happened.latest import HOME, deeds_for
        from portal.dashboards.needs import register_needs
        from portal.dashboards.queries.monthly_report import document_of

        register_needs()
        happened.connect(lambda actor: deeds_for(actor, size=HOME))
        SOURCES.append(document_of)
