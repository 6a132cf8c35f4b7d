"""What to do where the kernel, or who configured it, refuses a sandbox."""

from __future__ import annotations

from pathlib import Path

INSTALL = "sudo apt-get install bubblewrap"
FILTER = "sudo apt-get install libseccomp2"
APPARMOR = (
    r"printf 'abi <abi/4.0>,\ninclude <tunables/global>\n"
    r"profile bwrap /usr/bin/bwrap flags=(unconfined) {\n  userns,\n}\n' "
    "| sudo tee /etc/apparmor.d/bwrap && sudo systemctl reload apparmor; "
    "on a machine that only runs tests, "
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
)
"""Ubuntu since 23.10: bubblewrap alone may make user namespaces, or everybody may."""
_SYSCTLS = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", APPARMOR),
    ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=10000"),
)
CONTAINER = (
    "start the container with --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined --security-opt systempaths=unconfined, or grade outside of it"
)
NONE = "grade on another machine, or `--isolation none` for people you trust"


def cure(said: str = "", settings: Path = Path("/proc/sys")) -> str:
    """Return what to type, given what bubblewrap or a guest said and the kernel's settings."""
    if "seccomp" in said:
        return FILTER
    for name, bad, command in _SYSCTLS:
        path = settings / name
        if path.is_file() and path.read_text("ascii").strip() == bad:
            return command
    if any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv")):
        return CONTAINER
    return NONE
