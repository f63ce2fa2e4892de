"""The one directory in which an installation keeps its data, its secrets and its logs."""

import base64
import contextlib
import fcntl
import os
import secrets
from pathlib import Path
from typing import IO

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec


class AlreadyRunning(Exception):
    """Another process has started servers in this directory and is still running."""


class Secrets(msgspec.Struct, frozen=True):
    """Made once at the first start. Without `data_keys` and `lookup_key` personal data is unreadable: back them up."""

    data_keys: str
    lookup_key: str
    vapid_private_key: str
    oidc_client_secret: str


def new_secrets() -> Secrets:
    """Fresh keys: AES-256 and HMAC keys, a P-256 key for push (RFC 8292), a secret for the sandbox."""
    scalar = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big")
    return Secrets(
        data_keys=f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        lookup_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        vapid_private_key=f"v1:{base64.urlsafe_b64encode(scalar).rstrip(b'=').decode()}",
        oidc_client_secret=secrets.token_urlsafe(32),
    )


class Home:
    """`postgres/`, `redis/`, `logs/`, `secrets.json`, and `environment.json` for commands run beside the servers."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.directory = directory.resolve()
        self.logs = self.directory / "logs"
        self.logs.mkdir(exist_ok=True)
        self._lock: IO[str] | None = None

    def lock(self) -> None:
        """Claims the directory until this process ends, however it ends; raises AlreadyRunning."""
        self._lock = (self.directory / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"{self.directory} is in use by another suishenban") from None

    def secrets(self) -> Secrets:
        path = self.directory / "secrets.json"
        with contextlib.suppress(FileNotFoundError):
            return msgspec.json.decode(path.read_bytes(), type=Secrets)
        made = new_secrets()
        self._write_private(path, msgspec.json.format(msgspec.json.encode(made)))
        return made

    def remember_environment(self, environment: dict[str, str]) -> None:
        self._write_private(self.directory / "environment.json", msgspec.json.encode(environment))

    def recall_environment(self) -> dict[str, str] | None:
        """The variables of the servers last started here; None when there were none."""
        with contextlib.suppress(FileNotFoundError):
            return msgspec.json.decode((self.directory / "environment.json").read_bytes(), type=dict[str, str])
        return None

    @staticmethod
    def _write_private(path: Path, content: bytes) -> None:
        """Whole or not at all, readable by its owner only."""
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        draft.replace(path)
