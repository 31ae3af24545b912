"""The command line. Heavy imports are inside the command that needs them, so that --help is instant."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from bot import __version__
from bot.cli_audit import audit
from bot.cli_keep import backup, move, restore
from bot.cli_keys import keys
from bot.cli_knowledge import knowledge
from bot.cli_people import disclosure, erase, verify_erasure
from bot.cli_search import ask, evaluate, index
from bot.cores import leave_no_core
from bot.errors import CohortbookError
from bot.terminal import build_index, say, settings_of


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
        except BaseExceptionGroup as several:  # several platforms start side by side, and one of them could not
            foreseen, others = several.split((CohortbookError, SearchError))
            if foreseen is None or others is not None:
                raise
            for leaf in _leaves(foreseen):
                click.echo(str(leaf), err=True)
            ctx.exit(1)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf for one in group.exceptions for leaf in (_leaves(one) if isinstance(one, BaseExceptionGroup) else [one])
    ]


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cohortbook")
@click.option("--config", type=click.Path(path_type=Path), help="Settings file (default: cohortbook.yaml).")
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """Weekly prompts, private reflections and cited answers for a cohort, in the chat it already uses."""
    leave_no_core()
    ctx.obj = config


@main.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Live a week of a sample program in your browser; no accounts, no tokens."""
    import asyncio

    from bot import demo as playground

    settings = playground.settings(settings_of(ctx))
    build_index(settings.knowledge, settings.index_folder, own=settings.added, model=settings.model, or_by_words=True)
    say("Opening the playground")
    asyncio.run(
        playground.run(
            settings,
            lambda address: click.echo(f"\nCohortbook is ready. Open this address (Ctrl-C stops it):\n\n  {address}\n"),
            say,
        )
    )


@main.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Run the bot on the platforms named in the settings."""
    import asyncio

    from bot import logs
    from bot.clock import RealClock
    from bot.open_house import open_house
    from bot.server import serve

    settings = settings_of(ctx)
    logs.start(settings.log)
    build_index(settings.knowledge, settings.index_folder, own=settings.added, model=settings.model, or_by_words=True)

    async def until_stopped() -> None:
        async with open_house(settings, RealClock()) as house:
            for line in house.news():
                click.echo(line)  # not among the log's lines
            extra = "".join(getattr(one, "path", "") for one in house.platforms.values())
            await serve(house, lambda address: click.echo(f"Running at {address}/{extra}"))

    asyncio.run(until_stopped())


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

    known = Library(settings_of(ctx).prompts).shipped()
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
        at = f"{one.local:%a %d %b %Y %H:%M} ({one.utc:%Y-%m-%d %H:%M} UTC)" if one.utc else f"Unit {one.unit}"
        click.secho(f"{at} to {one.recipient}", bold=True)
        click.echo("  " + one.text.replace("\n", "\n  ") + "\n")


@main.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Report every problem in settings, prompts and knowledge, and what each unit asks of people."""
    from bot import programs
    from bot.config import CHECKOUT
    from bot.programs.measures import LEGEND, table
    from index import documents

    settings = settings_of(ctx)
    entries = {path.stem for path in settings.knowledge.glob("*.md")}
    read = programs.report(settings.prompts, entries)
    click.echo(f"{LEGEND}\n")
    for one in read:
        if one.program:
            click.echo(table(one.program))
    for line in (line for one in read for line in one.second_looks):
        click.echo(f"{line} (worth a second look)")
    # Those that come with it may be named by the entries that come with it, whichever are used here.
    known = {path.stem for folder in (settings.prompts, CHECKOUT / "prompts") for path in folder.glob("*.yaml")}
    problems = documents.problems(settings.knowledge, known) + [problem for one in read for problem in one.problems]
    for line in problems:
        click.echo(line)
    if problems:
        click.echo(f"\n{len(problems)} to mend. Nothing was changed.", err=True)
        sys.exit(1)
    click.echo(f"All is well: settings, {len(read)} programs, {len(entries)} entries.")


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


for _one in (ask, index, evaluate, backup, restore, move, keys, knowledge, audit, erase, disclosure, verify_erasure):
    main.add_command(_one)

if __name__ == "__main__":
    main()
