"""The commands around the search: ask, index, evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.terminal import Progress, build_index, settings_of

if TYPE_CHECKING:
    from bot.config import Settings


@click.command()
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
    from index.encoder import encoder
    from index.search import open_index

    settings = settings_of(ctx)
    folder = settings.index_folder
    if knowledge is None:
        build_index(settings.knowledge, folder, own=settings.added, model=settings.model, or_by_words=True)
    else:
        folder = _folder_for(settings, knowledge)
        build_index(knowledge, folder, strict=False, model=settings.model, or_by_words=True)
    answer = open_index(folder, encoder(settings.model)).search(question, count)
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


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the index.")
@click.pass_context
def index(ctx: click.Context, out: Path | None) -> None:
    """Build the search index from the knowledge folder."""
    settings = settings_of(ctx)
    report = build_index(settings.knowledge, out or settings.index_folder, own=settings.added, model=settings.model)
    state = "is up to date" if report.unchanged else f"is built ({report.encoded} passages encoded)"
    click.echo(f"The index {state}: {report.entries} entries, {report.passages} passages, {report.seconds:.1f} s.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--run", "run_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the ranking here.")
@click.option("--answers", is_flag=True, help="FOLDER holds entries: measure how well 'I do not know' is told.")
@click.pass_context
def evaluate(ctx: click.Context, folder: Path, as_json: bool, run_file: Path | None, answers: bool) -> None:
    """Measure the search on a collection of judged questions (corpus.jsonl, queries.jsonl, qrels.tsv)."""
    from index.evaluate_command import evaluate as measure

    model = settings_of(ctx).model
    with Progress("") as progress:
        click.echo(
            measure(folder, as_json=as_json, run_file=run_file, answers=answers, progress=progress.count, model=model)
        )
