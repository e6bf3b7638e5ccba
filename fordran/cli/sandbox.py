"""`fordran sandbox`: simulators of outside systems, on this machine only."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fordran.cli.options import json_option
from fordran.cli.output import answer


@click.group()
def command() -> None:
    """Simulators of outside systems. They speak the real protocols and listen on 127.0.0.1."""


@command.group()
def mail() -> None:
    """The inbox of everybody: an SMTP server that keeps what it gets."""


def _inbox() -> Path:
    return Path(os.environ.get("FORDRAN_HOME", "var")) / "sandbox" / "mail"


def _dir_option() -> Callable[..., Any]:
    return click.option(
        "--dir", "folder", type=click.Path(path_type=Path), default=_inbox, help="Where messages lie [FORDRAN_HOME/sandbox/mail]."
    )


@mail.command()
@_dir_option()
@click.option("--port", default=2525, show_default=True, help="0 = any free one.")
def serve(folder: Path, port: int) -> None:
    """Take messages until Ctrl-C."""
    from fordran.sandbox.mail import MailServer

    with MailServer(folder, port) as server:
        click.echo(f"ready: smtp://127.0.0.1:{server.port}")
        threading.Event().wait()


@mail.command("list")
@_dir_option()
@json_option
def list_(folder: Path, as_json: bool) -> None:
    """The messages that have come, oldest first."""
    from fordran.sandbox.mail import list_mail

    rows = [
        {"number": m.number, "to": m.recipient, "subject": m.subject, "attachments": [name for name, _ in m.attachments]}
        for m in list_mail(folder)
    ]
    words = "\n".join(f"{row['number']:>6}  {row['to']}  {row['subject']}" for row in rows) or "the inbox is empty"
    answer({"messages": rows}, as_json, words)


@mail.command()
@click.argument("number", type=int)
@_dir_option()
@click.option("--save", type=click.Path(path_type=Path, file_okay=False), help="Save the attachments in this folder.")
@json_option
def show(number: int, folder: Path, save: Path | None, as_json: bool) -> None:
    """One message; its attachments on wish."""
    from fordran.sandbox.mail import read_mail

    found = read_mail(folder, number)
    if save:
        save.mkdir(parents=True, exist_ok=True)
        for name, content in found.attachments:
            (save / Path(name).name).write_bytes(content)
    data = {
        "number": found.number,
        "from": found.sender,
        "to": found.recipient,
        "subject": found.subject,
        "message_id": found.message_id,
        "text": found.text,
        "attachments": [name for name, _ in found.attachments],
    }
    answer(data, as_json, f"{found.sender} -> {found.recipient}\n{found.subject}\n\n{found.text}")
