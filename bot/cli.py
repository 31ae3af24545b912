"""The command line. Heavy imports are inside the command that needs them, so that --help is instant."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import __version__
from bot.errors import CohortbookError

if TYPE_CHECKING:
    from bot.config import Settings
    from index.build import BuildReport


class _Commands(click.Group):
    """Turns what we foresaw into one sentence and an exit code, instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from bot import platforms

        return sorted([*super().list_commands(ctx), *platforms.with_commands()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Our own commands, or those that a platform brings, such as `cohortbook slack manifest`."""
        from bot import platforms

        own = super().get_command(ctx, cmd_name)
        return own or (platforms.commands(cmd_name) if cmd_name in platforms.with_commands() else None)

    def invoke(self, ctx: click.Context) -> object:
        from index.errors import SearchError

        try:
            return super().invoke(ctx)
        except (CohortbookError, SearchError) as problem:
            click.echo(str(problem), err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cohortbook")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file (default: cohortbook.yaml).")
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """Weekly prompts, private reflections and cited answers for a cohort, in the chat it already uses."""
    ctx.obj = config


def _settings(ctx: click.Context) -> Settings:
    from bot import config

    return config.load(ctx.obj)


def _say(text: str) -> None:
    click.echo(text, err=True)


@main.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Live a week of a sample program in your browser; no accounts, no tokens."""
    import asyncio

    from bot import demo as playground

    settings = playground.settings(_settings(ctx))
    _build_index(settings.knowledge, settings.index_folder)
    _say("Opening the playground")
    asyncio.run(
        playground.run(
            settings,
            lambda address: click.echo(f"\nCohortbook is ready. Open this address (Ctrl-C stops it):\n\n  {address}\n"),
        )
    )


@main.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Run the bot on the platforms named in the settings."""
    import asyncio

    from bot.app import open_house
    from bot.clock import RealClock
    from bot.server import serve

    settings = _settings(ctx)
    _build_index(settings.knowledge, settings.index_folder)

    async def until_stopped() -> None:
        async with open_house(settings, RealClock()) as house:
            extra = "".join(getattr(one, "path", "") for one in house.platforms.values())
            await serve(house, lambda address: click.echo(f"Running at {address}/{extra}"))

    asyncio.run(until_stopped())


@main.command()
@click.argument("question")
@click.option("-k", "count", default=3, show_default=True, type=click.IntRange(1, 50), help="How many passages.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--knowledge",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Ask this folder of .md or .txt files instead.",
)
@click.pass_context
def ask(ctx: click.Context, question: str, count: int, as_json: bool, knowledge: Path | None) -> None:
    """Look something up from the terminal."""
    from index.encoder import MiniLM
    from index.search import open_index

    settings = _settings(ctx)
    folder = settings.index_folder
    if knowledge is None:
        _build_index(settings.knowledge, folder)
    else:
        folder = _folder_for(settings, knowledge)
        _build_index(knowledge, folder, strict=False)
    answer = open_index(folder, MiniLM()).search(question, count)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "question": answer.question,
                    "band": answer.band,
                    "passages": [
                        {
                            "entry": hit.entry,
                            "title": hit.title,
                            "heading": hit.heading,
                            "text": hit.text,
                            "source_url": hit.source_url,
                            "score": round(hit.score, 4),
                        }
                        for hit in answer.passages
                    ],
                    "elapsed_ms": round(answer.elapsed_ms, 1),
                },
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    if answer.band == "none":
        click.echo("I do not have an answer to that. Please ask a person: " + answer.escalate_to + ".")
        return
    if answer.band == "closest":
        click.echo("I am not sure that the answer is here. The closest entries:\n")
    for hit in answer.passages:
        click.secho(f"{hit.title} › {hit.heading}" if hit.heading else hit.title, bold=True)
        click.echo(f"  {hit.quote}")
        click.echo(f"  {hit.source_url or hit.entry}{f', as of {hit.as_of}' if hit.as_of else ''}\n")


def _folder_for(settings: Settings, knowledge: Path) -> Path:
    """Where the index of some other folder is kept, so that a second question starts at once."""
    from hashlib import blake2b

    mark = blake2b(str(knowledge.resolve()).encode(), digest_size=8).hexdigest()
    return settings.data / "asked" / mark


@main.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the index.")
@click.pass_context
def index(ctx: click.Context, out: Path | None) -> None:
    """Build the search index from the knowledge folder."""
    settings = _settings(ctx)
    report = _build_index(settings.knowledge, out or settings.index_folder)
    state = "is up to date" if report.unchanged else f"is built ({report.encoded} passages encoded)"
    click.echo(f"The index {state}: {report.entries} entries, {report.passages} passages, {report.seconds:.1f} s.")


def _build_index(knowledge: Path, folder: Path, strict: bool = True) -> BuildReport:
    """Bring an index up to date, with progress on the terminal when there is something to do."""
    from index.build import build
    from index.encoder import MiniLM

    with _Progress("Building the search index") as progress:
        report = build(knowledge, folder, MiniLM(), progress=progress.show, strict=strict)
    for line in report.skipped:
        _say(f"Left out: {line}")
    return report


class _Progress:
    """A line that counts, shown only when there is something to count."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shown = False

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._shown:
            _say("")

    def show(self, done: int, of: int) -> None:
        self._shown = True
        click.echo(f"\r{self._title}: {done} of {of} passages", nl=False, err=True)


@main.command()
@click.argument("program")
@click.option("--start", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day, YYYY-MM-DD.")
@click.option("--zone", default="UTC", show_default=True, help="IANA time zone, such as America/New_York.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def rehearse(ctx: click.Context, program: str, start: datetime, zone: str, as_json: bool) -> None:
    """Print every send of a whole program: who gets it, when, and the text."""
    from bot import rehearsal
    from bot.library import Library
    from bot.zones import zone_named

    known = Library(_settings(ctx).prompts).shipped()
    if program not in known:
        raise CohortbookError(f"There is no program called {program}. There are: {', '.join(sorted(known))}.")
    place = zone_named(zone)
    if place is None:
        raise CohortbookError(f"The zone {zone} is not known. Use a name such as America/New_York.")
    sends = rehearsal.rehearse(known[program], start.date(), place)
    if as_json:
        click.echo(json.dumps([one.as_json() for one in sends], ensure_ascii=False, indent=2))
        return
    for one in sends:
        click.secho(f"{one.local:%a %d %b %Y %H:%M} ({one.utc:%Y-%m-%d %H:%M} UTC) to {one.recipient}", bold=True)
        click.echo("  " + one.text.replace("\n", "\n  ") + "\n")


@main.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Read settings, prompts and knowledge, and report every problem."""
    from bot import programs
    from index import documents

    settings = _settings(ctx)
    problems = documents.problems(settings.knowledge)
    entries = {path.stem for path in settings.knowledge.glob("*.md")}
    problems += programs.check(settings.prompts, entries)
    for line in problems:
        click.echo(line)
    if problems:
        click.echo(f"\n{len(problems)} to mend. Nothing was changed.", err=True)
        sys.exit(1)
    click.echo(f"All is well: settings, {len(programs.load_all(settings.prompts))} programs, {len(entries)} entries.")


@main.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say what works here and what to do about what does not."""
    from bot.checkup import checkup

    well = True
    for line in checkup(ctx.obj):
        well = well and line.well
        click.secho("ok    " if line.well else "mend  ", fg="green" if line.well else "yellow", nl=False)
        click.echo(line.text)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
