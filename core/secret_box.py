"""Secrets at rest: what a copy of the database must not give away is stored encrypted.

The key is DUET_SECRET_KEY, or a file of the data folder that is made at the first start. Without the same key
what was stored cannot be read; it belongs into the backup, apart from the database.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from core.errors import ConfigError, CoreError

KEY_FILE = "secret.key"


class UnreadableSecretError(CoreError):
    """It was stored under another key."""


class SecretBox:
    """Encrypts short texts (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: str) -> None:
        """`key`: 32 bytes in URL-safe base 64, as `python -m handoff secret-key` prints.

        Raises:
            ConfigError: it is not such a key.
        """
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise ConfigError(
                "DUET_SECRET_KEY: not a key; make one with `python -m handoff secret-key`"
            ) from error

    def close(self, text: str) -> str:
        """Encrypt."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, closed: str) -> str:
        """Decrypt.

        Raises:
            UnreadableSecretError: it was encrypted with another key, or changed.
        """
        try:
            return self._fernet.decrypt(closed.encode()).decode()
        except InvalidToken as error:
            raise UnreadableSecretError(
                "stored under another key; give the DUET_SECRET_KEY it was stored with"
            ) from error


def new_key() -> str:
    """A random key."""
    return Fernet.generate_key().decode()


def secret_key(given: str, data: Path) -> str:
    """The deployment's key: the given one, or that of the data folder, which is made if it is not there.

    Raises:
        ConfigError: the file cannot be read or made.
    """
    if given:
        return given
    path = data / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the key of stored secrets cannot be read ({error})") from error


def _make(path: Path) -> None:
    """Whole or not at all, and the first of two processes wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_suffix(f".{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key())
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(made)
    except FileExistsError:
        pass
    finally:
        made.unlink()
