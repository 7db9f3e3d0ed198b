"""Messages as files: `outbox/<night>/<channel>/<idempotency key>.json`, each whole or not there.

Another system takes them from the folder, acts at `fire_at`, and not after `expires_at`. The file is the receipt: a
key that has one is never written again.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from demand.contract import StateError
from pipelines.channels.channel import Channel
from pipelines.ledger import Due, Receipt


class FileChannel:
    """One channel's folder in every night.

    Parameters
    ----------
    root : the outbox
    zone : in which nights have their dates
    """

    def __init__(self, root: Path, zone: ZoneInfo) -> None:
        self._root, self._zone = root, zone

    def path(self, message: Due) -> Path:
        """Where a message goes."""
        night = message.as_of.astimezone(self._zone).date().isoformat()
        return self._root / night / message.channel / f"{message.idempotency_key}.json"

    def find(self, message: Due) -> Receipt | None:
        path = self.path(message)
        try:
            accepted = datetime.fromisoformat(json.loads(path.read_text("utf-8"))["accepted_at"])
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise StateError(
                found=f"{path} is not a message of this toolkit: {error}",
                expected="a JSON object with `accepted_at`",
                remedy="move the file away and dispatch again",
            ) from error
        return Receipt(message.idempotency_key, "accepted", accepted, accepted, self._detail(path))

    def deliver(self, message: Due) -> Receipt:
        found = self.find(message)
        if found is not None:
            return found
        path, accepted = self.path(message), datetime.now(UTC)
        try:
            _write(path, {**message.payload, "accepted_at": accepted.isoformat()})
        except OSError as error:
            raise _unusable(path, error) from error
        return Receipt(message.idempotency_key, "accepted", accepted, accepted, self._detail(path))

    def _detail(self, path: Path) -> str:
        return path.relative_to(self._root.parent).as_posix()


def open_channels(root: Path, zone: ZoneInfo) -> Mapping[str, Channel]:
    """The channel of every name: files in the workspace's outbox."""
    return defaultdict(lambda: FileChannel(root / "outbox", zone))


def _unusable(path: Path, error: OSError) -> StateError:
    return StateError(
        found=f"the outbox cannot be used: {path}: {error.strerror}",
        expected="a folder that can be written, and room on the disk",
        remedy="make room and run `demand dispatch` again; it goes on where it stopped",
    )


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file that is whole or not there, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
