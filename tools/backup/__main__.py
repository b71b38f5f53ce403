"""Saves what the monitor keeps in a file, and restores it: rules, alerts, prices, baselines, ...

    python -m tools.backup save FILE [--everything] [--account NAME]
    python -m tools.backup show FILE
    python -m tools.backup restore FILE [--only rules,channels] [--overwrite] [--account NAME]

The account is NAME, reached as whoever is signed in (`az login`; Storage Table Data Reader to save,
Contributor to restore), else the one of the connection string in AzureWebJobsStorage.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from azure.core.exceptions import AzureError

from shared.adapters.table_account import (
    TableAccount,
    account_from_connection_string,
    account_with_identity,
)
from shared.errors import MonitorError
from shared.settings import STORAGE
from tools.backup.archive import ArchiveError, check
from tools.backup.saving import RestoreError, restore, save


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do it; return the exit code, 1 for what could not be done."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "show":
            head, counts = check(options.file)
            print(f"{options.file}: account {head.account}, {head.made_at}")
        else:
            counts = asyncio.run(_moved(options))
    except (ArchiveError, RestoreError, MonitorError, AzureError, OSError, ValueError) as error:
        print(f"backup: {error}", file=sys.stderr)
        return 1
    for table, count in sorted(counts.items()):
        print(f"{count:>9,} {table}")
    print(f"{sum(counts.values()):>9,} entities {_DONE[options.command]}")
    return 0


_DONE = {"save": "saved", "show": "in it", "restore": "restored"}


async def _moved(options: argparse.Namespace) -> Mapping[str, int]:
    account = _account(options.account, os.environ)
    try:
        if options.command == "save":
            now = datetime.now(UTC)
            return await save(account, options.file, everything=options.everything, now=now)
        only = [name for name in options.only.split(",") if name]
        return await restore(account, options.file, only=only, overwrite=options.overwrite)
    finally:
        if account.credential is not None:
            await account.credential.close()


def _account(name: str, environment: Mapping[str, str]) -> TableAccount:
    if name:
        return account_with_identity(name, "", "")
    if not environment.get(STORAGE):
        raise ValueError(f"expected --account, or {STORAGE} in the environment")
    return account_from_connection_string(environment[STORAGE])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.backup",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in _DONE:
        each = commands.add_parser(command)
        each.add_argument("file", type=Path)
        if command != "show":
            each.add_argument("--account", default="", help="name of the storage account")
    commands.choices["save"].add_argument(
        "--everything", action="store_true", help="rollups, digests and raw records too"
    )
    commands.choices["restore"].add_argument(
        "--only", default="", help="names of tables, separated by commas"
    )
    commands.choices["restore"].add_argument(
        "--overwrite", action="store_true", help="write over what is there"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
