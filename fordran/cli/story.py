"""`fordran story play FILE`: what would happen, day by day, in a database of its own that is thrown away."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from fordran.cli.django_ready import ready
from fordran.cli.options import json_option
from fordran.cli.output import answer, note, progress_wanted
from fordran.core.problems import Refused


@click.group()
def command() -> None:
    """Play a story: a settings file with events. Nothing of the installation is touched."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["sv", "en"]), help="Language of the sentences; else the story's own.")
@click.option("--letters", type=click.Path(path_type=Path, file_okay=False), help="Keep the letters here, as PDF.")
@json_option
def play(file: Path, lang: str | None, letters: Path | None, as_json: bool) -> None:
    """Play FILE from its first event until its `to`, or until nothing more happens by itself."""
    from dataclasses import replace

    from fordran.day.story_file import read_story

    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise Refused(f"cannot open the file: {error.strerror}", record=str(file)) from None
    except UnicodeDecodeError:
        raise Refused("a story is written in UTF-8", record=str(file)) from None
    story = read_story(text)
    if lang:
        story = replace(story, language=lang)
    ready("batch", migrate=False)
    from fordran.day.diary_words import in_words
    from fordran.day.story import play as play_story
    from fordran.day.world import letter_channels
    from fordran.db.scratch import scratch_database

    with scratch_database(), tempfile.TemporaryDirectory(prefix="fordran-story-") as folder:
        channels = {"folder": letter_channels(str(letters or folder))["folder"]}
        played = play_story(story, channels, (lambda day: note(f"{day}")) if progress_wanted() and not as_json else None)
    head = "\n".join(part for part in (story.name, story.about.strip()) if part)
    words = in_words(played.diary, played.cases, story.language)
    answer({"diary": played.diary, "cases": played.cases}, as_json, f"{head}\n\n{words}" if head else words)
