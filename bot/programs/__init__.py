"""Programs are data: a file in `prompts/` becomes a `Program`; prompts/README.md describes the format."""

from bot.programs.files import check, load, load_all, parse
from bot.programs.model import (
    Artifact,
    Break,
    Clock,
    Event,
    Freeze,
    Moment,
    Program,
    Question,
    Rating,
    Role,
    Section,
    Step,
    Team,
    Unit,
    Variant,
    Whom,
)

__all__ = [
    "Artifact",
    "Break",
    "Clock",
    "Event",
    "Freeze",
    "Moment",
    "Program",
    "Question",
    "Rating",
    "Role",
    "Section",
    "Step",
    "Team",
    "Unit",
    "Variant",
    "Whom",
    "check",
    "load",
    "load_all",
    "parse",
]
