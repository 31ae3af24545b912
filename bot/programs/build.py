"""From checked keys to a `Program`: defaults filled in, offsets counted, scales joined with their words."""

from __future__ import annotations

import hashlib
import json

from bot.kinds import scale
from bot.programs import schema
from bot.programs.model import (
    Artifact,
    Break,
    Event,
    Freeze,
    Moment,
    Program,
    Question,
    Rating,
    RequestKind,
    Role,
    Section,
    Step,
    Team,
    Unit,
    Variant,
    Whom,
)

PRE_WORK_DAYS, FOLLOW_UP_DAYS = -3, 14
MOMENT_MINUTES = 2


def build(keys: schema.ProgramKeys, data: object, text: str) -> Program:
    """`keys` must have passed every rule; `data` is what the version is counted from."""
    ratings = {rating.id: _rating(rating) for rating in keys.ratings}
    minutes = keys.minutes or schema.MINUTES[keys.clock]
    return Program(
        id=keys.id,
        title=keys.title,
        about=keys.about,
        host_note=keys.host_note,
        version=_version(data),
        clock=keys.clock,
        day=schema.DAYS.index(keys.day),
        time=keys.time,
        reminder_hours=None if keys.clock == "self-paced" else keys.reminder_hours,
        minutes=minutes,
        units=tuple(
            _unit(unit, after, minutes, keys.reader, ratings)
            for unit, after in zip(keys.units, _offsets(keys), strict=True)
        ),
        roles=tuple(
            Role(
                role.id,
                role.title,
                role.about or "",
                role.acts_as,
                role.acts_as == "member" if role.answers is None else role.answers,
                role.minor,
            )
            for role in keys.roles
        ),
        teams=tuple(
            Team(
                team.id,
                team.title,
                team.about or "",
                team.at_least,
                team.at_most,
                team.inside or "",
                tuple(team.roles),
            )
            for team in keys.teams
        ),
        events=tuple(_event(event, ratings) for event in keys.events),
        artifacts=tuple(map(_artifact, keys.artifacts)),
        ratings=tuple(ratings.values()),
        breaks=tuple(Break(pause.after_unit, pause.periods, pause.title) for pause in keys.breaks),
        requests=tuple(map(_request, keys.requests)),
        renew_after=keys.renew_after,
        sources=tuple(keys.sources),
        draft=keys.draft,
        text=text,
    )


def _version(data: object) -> str:
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _offsets(keys: schema.ProgramKeys) -> list[int]:
    """Where a unit gives no offset it follows the one before by a period, and by the break between them."""
    pauses: dict[int, int] = {}
    for pause in keys.breaks:
        pauses[pause.after_unit] = pauses.get(pause.after_unit, 0) + pause.periods
    offsets: list[int] = []
    following = 0
    for unit in keys.units:
        offsets.append(following if unit.after is None else unit.after)
        following = offsets[-1] + 1 + pauses.get(unit.number, 0)
    return offsets


def _unit(unit: schema.UnitKeys, after: int, minutes: int, reader: str, ratings: dict[str, Rating]) -> Unit:
    return Unit(
        number=unit.number,
        id=unit.id,
        title=unit.title,
        phase=unit.phase or "",
        aim=unit.aim,
        prompt=unit.prompt,
        alternative=unit.alternative or "",
        minutes=unit.minutes or minutes,
        reader=unit.reader or reader,
        questions=tuple(_question(question, ratings) for question in unit.questions),
        step=_step(unit.step),
        read=tuple(unit.read),
        after=after,
        follow_up=unit.follow_up,
        more=tuple(question for name in unit.rate for question in _rated(ratings[name])),
        whom=_whom(unit.whom),
        variants=tuple(
            Variant(
                role=variant.role,
                prompt=variant.prompt or "",
                alternative=variant.alternative or "",
                asks=dict(variant.asks),
                leaves_out=tuple(variant.leaves_out),
                step=_step(variant.step),
            )
            for variant in unit.variants
        ),
        freezes=tuple(Freeze(freeze.artifact, freeze.name) for freeze in unit.freeze),
        tags=tuple(unit.tags),
    )


def _question(keys: schema.QuestionKeys, ratings: dict[str, Rating]) -> Question:
    rating = ratings[keys.rating] if keys.rating else None
    spec = dict(keys.model_extra or {})
    if rating:
        spec["labels"] = list(rating.labels)
    return Question(
        id=keys.id,
        kind=keys.kind or "scale",
        ask=keys.ask or (rating.ask if rating else ""),
        required=keys.required,
        hint=keys.hint or "",
        spec=spec,
        rating=keys.rating or "",
        keeps=keys.keeps or "",
        shows=keys.shows or "",
    )


def _rated(rating: Rating) -> list[Question]:
    asked = [Question(f"rate-{rating.id}", "scale", rating.ask, spec={"labels": list(rating.labels)}, rating=rating.id)]
    if rating.evidence:
        asked.append(Question(f"evidence-{rating.id}", "text", rating.evidence, spec={"lines": 2}))
    return asked


def _rating(keys: schema.RatingKeys) -> Rating:
    return Rating(keys.id, keys.title, keys.ask, tuple(keys.labels or scale.GROWTH), keys.evidence or "")


def _step(keys: schema.StepKeys | None) -> Step | None:
    return Step(keys.ask, keys.example) if keys else None


def _whom(keys: schema.WhomKeys | None) -> Whom:
    return Whom(keys.team or "", tuple(keys.roles)) if keys else Whom()


def _event(keys: schema.EventKeys, ratings: dict[str, Rating]) -> Event:
    return Event(
        id=keys.id,
        title=keys.title,
        about=keys.about,
        after=keys.after,
        minutes=keys.minutes,
        whom=_whom(keys.whom),
        open=keys.open,
        alone=keys.alone,
        pre_work=_moment(keys.pre_work, PRE_WORK_DAYS, ratings),
        exit_note=_moment(keys.exit_note, 0, ratings, anonymous=True),
        follow_up=_moment(keys.follow_up, FOLLOW_UP_DAYS, ratings),
    )


def _moment(
    keys: schema.MomentKeys | None, days: int, ratings: dict[str, Rating], anonymous: bool = False
) -> Moment | None:
    if keys is None:
        return None
    return Moment(
        days=days if keys.days is None else keys.days,
        prompt=keys.prompt,
        minutes=keys.minutes or MOMENT_MINUTES,
        questions=tuple(_question(question, ratings) for question in keys.questions),
        step=_step(keys.step),
        anonymous=anonymous if keys.anonymous is None else keys.anonymous,
    )


def _request(keys: schema.RequestKeys) -> RequestKind:
    asked = tuple(_question(question, {}) for question in keys.questions)
    return RequestKind(keys.id, keys.title, keys.about or "", keys.to, keys.answered_within, asked)


def _artifact(keys: schema.ArtifactKeys) -> Artifact:
    sections = tuple(Section(each.id, each.title, each.hint or "", each.collects) for each in keys.sections)
    return Artifact(
        keys.id, keys.title, keys.about or "", keys.team or "", keys.comments, sections, keys.shared_with or ""
    )
