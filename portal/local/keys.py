"""The secrets of this checkout, made once and kept in var/, readable by nobody else."""

import json
import secrets
import subprocess
from pathlib import Path

from .console import Stop
from .locks import locked
from .paths import VAR, venv_bin

_MADE_BY = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "LEDGER_KEY": lambda: secrets.token_urlsafe(48),
    "REDIS_PASSWORD": lambda: secrets.token_urlsafe(48),
    "KEYS_WRAPPING": lambda: secrets.token_urlsafe(32),  # 32 bytes, as AES-256 wants them
}
_MAKE_RSA_KEY = """
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
print(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode(), end="")
"""

_MAKE_SEAL = """
import datetime as d
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID as N
start, end = d.datetime(2020, 1, 1), d.datetime(2050, 1, 1)
def named(text):
    return x509.Name([x509.NameAttribute(N.ORGANIZATION_NAME, "Self-made on this machine"),
        x509.NameAttribute(N.COMMON_NAME, text)])
def made(name, key, issuer, issuer_key, ca):
    usage = x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)
    return (x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca, 0 if ca else None), True).add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
        .sign(issuer_key, hashes.SHA256()))
root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
root_name, name = "Trusted Partner Portal demo root", "Trusted Partner Portal demo seal"
chain = made(name, key, root_name, root_key, False), made(root_name, root_key, root_name, root_key, True)
print(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode(), end="")
print("".join(one.public_bytes(s.Encoding.PEM).decode() for one in chain), end="")
"""
"""A root and a certificate under it, of which the root's key is thrown away: nothing else can be issued by it."""


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(text)
    draft.replace(path)


def keys() -> dict[str, str]:
    """SECRET_KEY, LEDGER_KEY, what signing keys are encrypted with, and the embedded broker's password."""
    VAR.mkdir(exist_ok=True)
    path = VAR / "secrets.json"
    with locked(VAR / "secrets.lock"):
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [name for name in _MADE_BY if name not in kept]
        if missing:
            kept |= {name: _MADE_BY[name]() for name in missing}
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


def seal_files() -> tuple[Path, Path]:
    """The files with the key that signs letters (ECDSA P-256, PEM) and its certificates, self-made."""
    key, chain = VAR / "seal.pem", VAR / "seal-chain.pem"
    with locked(VAR / "secrets.lock"):
        if not (key.exists() and chain.exists()):
            made = subprocess.run([venv_bin("python"), "-c", _MAKE_SEAL], capture_output=True, text=True, check=False)
            if made.returncode != 0:
                raise Stop(f"No key for signing letters could be made: {made.stderr.strip().splitlines()[-1]}")
            private, mark, certificates = made.stdout.partition("-----BEGIN CERTIFICATE-----")
            _write_private(key, private)
            _write_private(chain, mark + certificates)
    return key, chain
