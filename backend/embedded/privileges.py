"""Under which user Postgres runs: it refuses to be root, and inside a container we often are."""

import contextlib
import ctypes
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CLONE_NEWUSER = 0x10000000
_SHARED_PLACE = Path("/var/tmp")  # noqa: S108 - the one place every user may enter and that survives a reboot


@dataclass(frozen=True)
class RunAs:
    """How to start the Postgres programs, and where they, their data and their sockets must lie for that."""

    programs: Path
    data: Path
    before_exec: Callable[[], None] | None = None
    identity: dict[str, Any] = field(default_factory=dict)
    owner: tuple[int, int] | None = None
    sockets: Path | None = None  # None: wherever the current user likes


def choose(programs: Path, data: Path, *, namespaces: bool = sys.platform == "linux") -> RunAs:
    """The current user; for root a user namespace with the data where it was asked for, else another account.

    The second way needs the programs and the data where that account can reach them, so both move to /var/tmp and
    `data` becomes a link.
    """
    if os.geteuid() != 0:
        return RunAs(programs, data)
    if namespaces and _works(programs, before_exec=_enter_user_namespace):
        return RunAs(programs, data, before_exec=_enter_user_namespace)
    return _as_other_account(programs, data)


def _works(programs: Path, *, before_exec: Callable[[], None] | None = None, **identity: Any) -> bool:
    try:
        command = [str(programs / "postgres"), "--version"]
        done = subprocess.run(command, cwd="/", capture_output=True, check=False, preexec_fn=before_exec, **identity)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def _enter_user_namespace() -> None:
    """Makes this process look like an ordinary account to itself while its files stay root's (user_namespaces(7))."""
    inside, uid, gid = _account(), os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no user namespaces here")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{inside.pw_gid} {gid} 1")


def _as_other_account(programs: Path, data: Path) -> RunAs:
    account = _account()
    identity: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    if not _works(programs, **identity):
        programs = _copy_programs(programs)
    place = _SHARED_PLACE / f"suishenban-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"
    place.mkdir(mode=0o755, exist_ok=True)
    if not data.is_symlink():
        data.symlink_to(place / "data", target_is_directory=True)
    owner = (account.pw_uid, account.pw_gid)
    return RunAs(programs, place / "data", identity=identity, owner=owner, sockets=place / "run")


def _copy_programs(programs: Path) -> Path:
    """Copies the wheel's tree and its libraries, which the programs find relative to themselves."""
    package = programs.parent.parent
    target = _SHARED_PLACE / f"suishenban-postgres-{hashlib.sha256(str(package).encode()).hexdigest()[:12]}"
    skip = shutil.ignore_patterns("include", "*.a", "__pycache__")
    for part in (package, package.parent / f"{package.name}.libs"):
        if part.is_dir() and not (target / part.name).exists():
            shutil.copytree(part, target / part.name, ignore=skip, symlinks=True)
    return target / package.name / programs.parent.name / programs.name
