"""What the commands share: the settings they were given, words to the terminal, and an index up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.config import Settings
    from index.build import BuildReport


def settings_of(ctx: click.Context) -> Settings:
    from bot import config

    return config.load(ctx.obj)


def say(text: str) -> None:
    click.echo(text, err=True)


def build_index(
    knowledge: Path,
    folder: Path,
    strict: bool = True,
    own: Path | None = None,
    *,
    model: str = "",
    or_by_words: bool = False,
) -> BuildReport:
    """Bring an index up to date, with progress on the terminal when there is something to do.

    `own`: the entries that were added here. `model`: see `Settings.model`. `or_by_words`: where that cannot be used,
    say so and go on without it.
    """
    from index.build import build, build_by_words
    from index.encoder import encoder
    from index.errors import ModelProblem

    with Progress("Building the search index") as progress:
        try:
            report = build(knowledge, folder, encoder(model), progress=progress.show, strict=strict, own=own)
        except ModelProblem as problem:
            if not or_by_words:
                raise
            say(f"{problem} Until then questions are answered by words alone, and the answers say so.")
            report = build_by_words(knowledge, folder, strict=strict, own=own)
    for line in report.skipped:
        say(f"Left out: {line}")
    return report


class Progress:
    """A line that counts, shown only when there is something to count."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._shown:
            say("")

    def show(self, done: int, of: int) -> None:
        self._shown = True
        click.echo(f"\r{self._title}: {done} of {of} passages", nl=False, err=True)

    def count(self, what: str, done: int, of: int) -> None:
        """A bar for each thing that is counted, one line each."""
        self._shown = True
        bar = "#" * (30 * done // max(of, 1))
        click.echo(f"\r{what} [{bar:<30}] {done}/{of}" + ("\n" if done == of else ""), nl=False, err=True)
