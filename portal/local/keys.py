"""The secrets of this checkout, made once and kept in var/, readable by nobody else."""

import json
import secrets
import subprocess
from pathlib import Path

from .console import Stop
from .locks import locked
from .paths import VAR, venv_bin

_NAMES = ("SECRET_KEY", "LEDGER_KEY", "REDIS_PASSWORD")
_MAKE_RSA_KEY = """
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
print(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode(), end="")
"""


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(text)
    draft.replace(path)


def keys() -> dict[str, str]:
    """SECRET_KEY, LEDGER_KEY and the embedded broker's password."""
    VAR.mkdir(exist_ok=True)
    path = VAR / "secrets.json"
    with locked(VAR / "secrets.lock"):
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [name for name in _NAMES if name not in kept]
        if missing:
            kept |= {name: secrets.token_urlsafe(48) for name in missing}
            _write_private(path, json.dumps(kept, indent=2) + "\n")
    return kept


def identity_key() -> Path:
    """The file with the private key that signs gateways' tokens (RSA 2048, PEM)."""
    path = VAR / "idp.pem"
    with locked(VAR / "secrets.lock"):
        if not path.exists():
            made = subprocess.run(
                [venv_bin("python"), "-c", _MAKE_RSA_KEY], capture_output=True, text=True, check=False
            )
            if made.returncode != 0:
                raise Stop(f"No key for signing gateways' tokens could be made: {made.stderr.strip().splitlines()[-1]}")
            _write_private(path, made.stdout)
    return path
