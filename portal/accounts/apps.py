from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "People and organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal import checks  # noqa: F401 -- registers them
        from portal.accounts import needs, second_factor
        from portal.accounts.queries import waiting
        from portal.seal import checks as of_the_seal  # noqa: F401
        from portal.ui import narrowing

        narrowing.connect(needs.narrowing_of)
        second_factor.connect()
        waiting.register_needs()
