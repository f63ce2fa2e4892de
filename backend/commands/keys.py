"""`suishenban keys`: fresh secrets for one's own settings."""

import argparse

from backend.commands.command import Commands, add_command


def add(commands: Commands) -> None:
    add_command(commands, "keys", _keys, "print fresh secrets for one's own settings")


def _keys(_options: argparse.Namespace) -> None:
    from backend.embedded.home import new_secrets

    made = new_secrets()
    for name in ("data_keys", "lookup_key", "vapid_private_key"):
        print(f"SUISHENBAN_{name.upper()}={getattr(made, name)}")
