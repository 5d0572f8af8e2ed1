from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "portal.jobs"
    label = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        from portal.jobs import checks  # noqa: F401 -- registers them
        from portal.jobs.needs import register_needs

        register_needs()
