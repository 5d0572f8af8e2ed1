"""The environment that the portal runs in on this machine. In production the operator sets it (docs/operations.md)."""

import ast
import os
import re
import shlex

from .keys import identity_key, keys, seal_files
from .paths import ROOT, VAR
from .servers import Addresses

_OUR_BASE_URL = re.compile(r"http://localhost:\d+")


def settings_variables() -> set[str]:
    """Names of every environment variable that portal/settings.py reads, by its source."""
    tree = ast.parse((ROOT / "portal" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    names = {(_called(call), call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)}
    found = {str(name) for reader, name in names if reader == "env" or reader.startswith("env.")}
    secret = {str(name) for reader, name in names if reader == "_secret"}
    return found | secret | {f"{name}_FILE" for name in secret}


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def for_demo(addresses: Addresses, *, port: int) -> dict[str, str]:
    """What `make run` and `make shell` add to the environment. Anything else that the user set stays."""
    given = os.environ.get("BASE_URL", "")
    base_url = f"http://localhost:{port}" if not given or _OUR_BASE_URL.fullmatch(given) else given
    return _common(addresses) | {
        "BASE_URL": base_url,
        "MEDIA_ROOT": str(VAR / "files"),
        "STATIC_ROOT": str(VAR / "static"),
    }


def _common(addresses: Addresses) -> dict[str, str]:
    kept = keys()
    seal_key, seal_chain = seal_files()
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": kept["SECRET_KEY"],
        "LEDGER_KEY": kept["LEDGER_KEY"],
        "IDP_PRIVATE_KEY_FILE": str(identity_key()),
        "KEYS_WRAPPING": kept["KEYS_WRAPPING"],
        "SEAL_KEY_FILE": str(seal_key),
        "SEAL_CHAIN_FILE": str(seal_chain),
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "DEMO": "1",
    }


def for_tests(addresses: Addresses, *, database: str, redis_number: int, scratch: str) -> dict[str, str]:
    """What tests run with: only this, nothing of what the user's shell has set for the portal."""
    return _common(addresses) | {
        "DATABASE_URL": with_database(addresses.database_url, database),
        "REDIS_URL": re.sub(r"/0$", f"/{redis_number}", addresses.redis_url),
        "BASE_URL": "http://localhost:8000",
        "MEDIA_ROOT": f"{scratch}/files",
        "STATIC_ROOT": f"{scratch}/static",
    }


def with_database(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return re.sub(r"(://[^/?]*)/[^?]*", rf"\g<1>/{name}", url, count=1)


def exports(environment: dict[str, str]) -> str:
    """Lines that a shell can `eval`."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())
