"""`fordran`: finds the command's module, runs it, and turns every error into one plain sentence and an exit code.

0 = done; 2 = the input or an option was refused; 1 = our fault, or `verify` found something.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from typing import Any

import click

from fordran.core.problems import Problem, Refused

COMMANDS = {
    "law": "what the law says: interest, fees, due days, limitation, allocation, the law book",
    "ledger": "read or import an open-items file",
    "preview": "which invoices would be taken, why, and what would be sent",
    "creditor": "the creditor's settings",
    "office": "the office that collects for others: permit, accounts, prices",
    "agreement": "what creditors have accepted, and whether its evidence holds",
    "start": "what the set-up's pages reckon beforehand",
    "day": "one day: learn, judge, speak, settle",
    "days": "several days in a row",
    "worker": "work on the days that were left to workers",
    "user": "who may sign in to the pages, and do what",
    "door": "help somebody who stands outside: a new password, a new second step",
    "organisation": "customers of ours, their companies and administrators",
    "case": "list, show and instruct cases",
    "hold": "place or lift a hold",
    "fee": "waive a cost",
    "payments": "bank files, money that waits, payments and credits",
    "payouts": "payouts, statements, payment orders, refunds",
    "erp": "connect the accounting system and the bank's folder, read, and see what was told",
    "exclude": "exclude a customer or a class",
    "letters": "list, approve, send and correct letters",
    "explain": "why each krona is there",
    "verify": "prove the books",
    "books": "vouchers for the creditor's book-keeping: list, accounts, SIE file",
    "reconcile": "prove that the ERP, Fordran and the bank say the same",
    "story": "play a story in a scratch database",
    "db": "the database: start, stop, migrate, backup, restore, shell",
    "doctor": "whether this installation is sound",
    "demo": "the demonstration world",
    "web": "serve the pages",
    "live": "live with invented companies over the real wire, and prove it",
    "sandbox": "simulators of outside systems",
}


class _Commands(click.Group):
    """Loads a command's module only when it is called, so that `fordran law` never waits for Django."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"fordran.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands)
@click.version_option(package_name="fordran")
def fordran() -> None:
    """Reminders and debt collection, lawful to the öre and to the day."""


def _refuse(problems: list[Problem], as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps({"problems": [p.as_dict() for p in problems]}, ensure_ascii=False, indent=1))
    for problem in problems:
        place = " ".join(part for part in (problem.record, problem.field) if part)
        click.echo(f"refused: {place + ': ' if place else ''}{problem.message}", err=True)
    return 2


_SEVERAL = {"--map": re.compile(r"[a-z_0-9]+=.*"), "--set": re.compile(r"[a-z_0-9]+=.*"),
            "--interrupted": re.compile(r"\d{4}-\d\d-\d\d(:.*)?"),
            "--min": re.compile(r"[A-Za-z]{3}=.*"), "--max": re.compile(r"[A-Za-z]{3}=.*")}  # fmt: skip


def _one_each(arguments: list[str]) -> list[str]:
    """`--map A=x B=y` -> `--map A=x --map B=y`: options that take several values take them in one breath too."""
    spread: list[str] = []
    option = ""
    for argument in arguments:
        if argument in _SEVERAL:
            option = argument
        elif option and spread[-1] != option:
            if _SEVERAL[option].fullmatch(argument):
                spread.append(option)
            else:
                option = ""
        spread.append(argument)
    return spread


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    arguments = _one_each(arguments)
    as_json = "--json" in arguments
    try:
        result: Any = fordran.main(args=arguments, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except Refused as refused:
        return _refuse(refused.problems, as_json)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.UsageError as error:
        field = ""
        if isinstance(error, click.BadParameter) and error.param is not None:
            field = max(error.param.opts, key=len)
        elif isinstance(error, click.NoSuchOption):
            field = error.option_name
        return _refuse([Problem("", field, error.format_message())], as_json)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except click.ClickException as error:
        return _refuse([Problem("", "", error.format_message())], as_json)


def main() -> None:
    """Entry point of the console command."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
