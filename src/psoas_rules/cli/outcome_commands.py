"""The commands `recommend`, `explain` and `why`: one person's answers, tried on a pack."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import attrs
import click

from psoas_rules.cli.explanations import (
    draw,
    graph_option,
    justified,
    layer_option,
    of_option,
    tell,
    tell_as_json,
)
from psoas_rules.cli.output import FOUND, UNDECIDED, console, json_option, print_json, refuse_pack
from psoas_rules.cli.painting import paint
from psoas_rules.cli.rendering import Page
from psoas_rules.cli.what_if import contrasted, show_contrast, what_if_option
from psoas_rules.errors import EngineError, IntakeError, PackError
from psoas_rules.explaining import all_follow, grounds, headline, summary
from psoas_rules.intake import Intake
from psoas_rules.justifying import Layer
from psoas_rules.legible import legible
from psoas_rules.outcomes import Outcome
from psoas_rules.places import Places
from psoas_rules.reasons import Reason, UnknownNameError
from psoas_rules.reasons import why as find_why
from psoas_rules.recommender import Recommender, load_pack, read_intake
from psoas_rules.shapes import plain
from psoas_rules.trace import Firing, FiringStage

_Command = TypeVar("_Command", bound=Callable[..., Any])

_STDIN: Final = "-"
_STAGES: Final[dict[FiringStage, str]] = {
    "screening": "Safety questions",
    "precaution": "Signs that count as a condition",
    "triage": "How urgent it is",
    "safety": "What is left out or limited",
    "evidence": "What speaks for or against a pattern",
    "profile": "What changes the pattern",
    "dosage": "How much",
    "assembly": "What fills the session",
}
"""The stages by what they do, in their order."""


def _of_a_person(command: _Command) -> _Command:
    """Gives a command what all commands about one person have: INTAKE, --pack, --minutes and --json."""
    pack = click.Path(exists=True, file_okay=False, path_type=Path)
    for decorate in (
        json_option,
        click.option("--minutes", type=float, help="Minutes for the session, in place of those of the intake."),
        click.option("--pack", type=pack, help="Folder of a pack. Without it, the built-in pack is meant."),
    ):
        command = decorate(command)
    return command


_intake = click.argument("intake", type=click.Path(exists=True, dir_okay=False, allow_dash=True))


@attrs.frozen
class _Person:
    """One person on one pack: the answers and what decides."""

    command: str
    recommender: Recommender
    intake: Intake
    pack: Path | None
    as_json: bool

    @classmethod
    def read(cls, command: str, intake: str, pack: Path | None, minutes: float | None, *, as_json: bool) -> _Person:
        """Reads the pack and the intake; tells every problem of either and ends the command."""
        try:
            recommender = Recommender(load_pack(pack))
        except PackError as error:
            refuse_pack(command, error, as_json=as_json)
        try:
            answers = _read_intake(intake)
            if minutes is not None:
                answers = attrs.evolve(answers, preferences={**answers.preferences, "minutes": minutes})
            recommender.check(answers)
        except IntakeError as error:
            _refuse_intake(command, error, as_json=as_json)
        return cls(command, recommender, answers, pack, as_json)

    def outcome(self) -> Outcome:
        """The outcome for this person."""
        return self.undisturbed(lambda: self.recommender.recommend(self.intake))

    def undisturbed(self, decide: Callable[[], _Decided]) -> _Decided:
        """What this decides; ends the command when the engine fails: nothing is known then."""
        try:
            return decide()
        except EngineError as error:
            if self.as_json:
                print_json(self.command, ok=False, content={"error": str(error)})
            else:
                console().print(legible(f"No outcome: {error}"), markup=False)
            sys.exit(UNDECIDED)


_Decided = TypeVar("_Decided")


def _read_intake(name: str) -> Intake:
    if name != _STDIN:
        return read_intake(name)
    content = sys.stdin.buffer.read()
    # JSON is told by its first sign, because a pipe has no name; YAML may begin like that as well and is tried then.
    endings = (".json", ".yaml") if content.lstrip()[:1] == b"{" else (".yaml",)
    with tempfile.TemporaryDirectory() as folder:
        for ending in endings:
            file = Path(folder, f"intake{ending}")
            file.write_bytes(content)
            try:
                return read_intake(file)
            except IntakeError:
                if ending == endings[-1]:
                    raise
    raise AssertionError("one of the endings is the last")


def _refuse_intake(command: str, error: IntakeError, *, as_json: bool) -> NoReturn:
    if as_json:
        problems = [{"field": problem.field, "message": problem.message} for problem in error.problems]
        print_json(command, ok=False, content={"problems": problems})
    else:
        count = len(error.problems)
        console().print("1 problem in the intake" if count == 1 else f"{count} problems in the intake", markup=False)
        for problem in error.problems:
            console().print(legible(str(problem)), markup=False)
    sys.exit(FOUND)


@click.command()
@_intake
@click.option("--how", is_flag=True, help="Also tell how each exercise is done.")
@_of_a_person
def recommend(intake: str, pack: Path | None, minutes: float | None, *, how: bool, as_json: bool) -> None:
    """Print what a person gets: a routine, a referral or a screening.

    INTAKE is a YAML or JSON file with the person's answers, or - for standard input. Exit code 0 for each of the three;
    1 when the intake or the pack cannot be read.
    """
    person = _Person.read("recommend", intake, pack, minutes, as_json=as_json)
    outcome = person.outcome()
    if as_json:
        print_json("recommend", ok=True, content={"result": outcome.to_dict()})
    else:
        paint(console(), outcome, how=how)


@click.command()
@_intake
@click.argument("subject", required=False)
@graph_option
@of_option
@layer_option
@_of_a_person
def explain(
    intake: str,
    subject: str | None,
    pack: Path | None,
    minutes: float | None,
    *,
    drawing: Path | None,
    element: str | None,
    layer: Layer,
    as_json: bool,
) -> None:
    """Tell why the outcome is as it is: in one line, in a paragraph, then rule by rule with file, line and sources.

    SUBJECT narrows it to one stage (screening, precaution, triage, safety, evidence, profile, dosage, assembly), or to
    one exercise or rule. With --of, one element is explained by the answers that it needs: enough for it, and none of
    them can be spared.
    """
    person = _Person.read("explain", intake, pack, minutes, as_json=as_json)
    if element is not None or drawing is not None:
        _tell_or_draw(person, element, drawing, layer)
        return
    if subject is not None and subject not in _STAGES:
        _tell_why(person, subject)
        return
    outcome, places = person.outcome(), Places(pack)
    firings = [firing for firing in outcome.trace.firings if subject in (None, firing.stage)]
    if as_json:
        content = {
            "headline": headline(outcome),
            "summary": summary(outcome),
            "rules": [_firing_data(firing, places) for firing in firings],
        }
        print_json("explain", ok=True, content=content)
        return
    page = Page(console())
    page.line(headline(outcome), style="bold")
    page.line()
    page.line(summary(outcome))
    titles = {source.id: source.title for source in person.recommender.pack.sources}
    for stage, title in _STAGES.items():
        of_stage = [firing for firing in firings if firing.stage == stage]
        if of_stage:
            page.title(f"{title} ({stage})", style="bold cyan")
        for firing in of_stage:
            _show_firing(page, firing, places, titles)
    if subject is not None and not firings:
        page.title(f"No rule of the stage '{subject}' fired.")


@click.command()
@_intake
@click.argument("name", metavar="EXERCISE_OR_RULE")
@what_if_option
@_of_a_person
def why(
    intake: str, name: str, pack: Path | None, minutes: float | None, *, changes: tuple[str, ...], as_json: bool
) -> None:
    """Tell why an exercise is in or what keeps it out, or why a rule fired or stayed quiet.

    An exercise is named by its id or by what it is called; a rule by its id, or by the part after the first dot. For an
    exercise that is not in, every way by which it could have come in is told, with what closes it.
    """
    _tell_why(_Person.read("why", intake, pack, minutes, as_json=as_json), name, changes)


def _tell_or_draw(person: _Person, element: str | None, drawing: Path | None, layer: Layer) -> None:
    places = Places(person.pack)
    only = None
    if element is None:
        shown = person.outcome()
    else:
        justification = person.undisturbed(lambda: justified(person.recommender, person.intake, element))
        shown, only = justification.shown, justification.element
        if person.as_json:
            tell_as_json(justification, person.recommender, places)
        else:
            tell(justification, layer, person.recommender, places)
    if drawing is not None:
        draw(shown, only, drawing)
        if element is None and person.as_json:
            print_json(person.command, ok=True, content={"graph": str(drawing)})
        elif element is None:
            Page(console()).line(f"The explanation is drawn in {drawing}.")


def _tell_why(person: _Person, name: str, changes: tuple[str, ...] = ()) -> None:
    try:
        reasons = person.undisturbed(lambda: find_why(person.recommender, person.intake, name))
        contrast = person.undisturbed(lambda: contrasted(person.recommender, person.intake, changes))
    except UnknownNameError as error:
        raise click.UsageError(str(error)) from None
    except IntakeError as error:
        _refuse_intake(person.command, error, as_json=person.as_json)
    places = Places(person.pack)
    if person.as_json:
        content: dict[str, Any] = {"reasons": [_reason_data(reason, places) for reason in reasons]}
        content |= {"what_if": contrast.to_dict()} if changes else {}
        print_json(person.command, ok=True, content=content)
        return
    page = Page(console())
    for number, reason in enumerate(reasons):
        if number:
            page.line()
        _show_reason(page, reason, places)
    if changes:
        show_contrast(page, contrast)


def _show_reason(page: Page, reason: Reason, places: Places) -> None:
    page.line(reason.answer, style="bold green" if reason.yes else "bold yellow")
    for detail in reason.details:
        text = detail.lstrip()
        page.line(text, indent=2 + len(detail) - len(text), hang=2)
    own = () if reason.kind == "rule" else (f"{reason.subject}: {places.exercise(reason.subject)}",)
    page.listing("Where it stands", (*own, *(f"{rule}: {places.rule(rule) or 'assembly'}" for rule in reason.rules)))


def _show_firing(page: Page, firing: Firing, places: Places, titles: Mapping[str, str]) -> None:
    place = places.rule(firing.rule)
    page.line(f"{firing.rule}" + (f"  {place}" if place else ""), style="bold", hang=2)
    page.line(firing.title if firing.title == firing.because else f"{firing.title}. {firing.because}", indent=2)
    page.line(f"Because: {grounds(firing)}.", indent=2, hang=2)
    page.line("Follows:", indent=2)
    for text in all_follow(firing.concludes):
        page.line(f"- {text}", indent=2, hang=2)
    page.line(
        f"Sources: {'; '.join(f'{key} ({_cut(titles.get(key, key))})' for key in firing.sources)}.", indent=2, hang=2
    )


def _cut(title: str) -> str:
    return title if len(title) <= 70 else f"{title[:67].rstrip()}..."


def _place_data(rule: str, places: Places) -> dict[str, Any]:
    place = places.rule(rule)
    return {"rule": rule, "file": place.file if place else None, "line": place.line if place else None}


def _firing_data(firing: Firing, places: Places) -> dict[str, Any]:
    return {
        **_place_data(firing.rule, places),
        **{key: value for key, value in plain(firing).items() if key != "rule"},
        "follows": list(all_follow(firing.concludes)),
    }


def _reason_data(reason: Reason, places: Places) -> dict[str, Any]:
    return {**plain(reason), "rules": [_place_data(rule, places) for rule in reason.rules]}
