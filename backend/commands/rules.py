"""`suishenban rules`: each rule that is live, somebody it speaks to, and some it does not and why."""

import argparse
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from backend.commands.command import Commands, Failed, add_command, day, run_on_hall

if TYPE_CHECKING:
    from backend.city.city import City
    from backend.city.models import Text
    from backend.city.rule_examples import Example
    from backend.core.resources import Resources
    from backend.matching.rulebook import AppliedRule, Rulebook


class Somebody(Struct, frozen=True):
    """Made up. `because` and `in_words`: why the rule does not speak to them; None where it does."""

    who: str
    known: str
    because: str | None
    in_words: str | None


class Row(Struct, frozen=True):
    """A rule of the table. `ladder_of`: the pack's rule that this ladder carries out, where there is one.

    `as_expected`: every verdict is the one that its examples foresee.
    """

    code: str
    ladder_of: str | None
    name: str
    message_class: str
    state: str
    when: str
    speaks_to: Somebody | None
    not_to: tuple[Somebody, ...]
    as_expected: bool


def add(commands: Commands) -> None:
    rules = add_command(
        commands, "rules", _rules, "list the live rules, each with people it speaks to and not, and why"
    )
    rules.add_argument("--as-of", type=day, help="rules that are valid on this day (default: today in Shanghai)")
    rules.add_argument("--json", action="store_true", help="print them as JSON")
    rules.add_argument("--zh", action="store_true", help="in Chinese")
    rules.add_argument("--pack", type=Path, help="of a pack in a directory, without a running hall")


def _rules(options: argparse.Namespace) -> None:
    if options.pack is not None:
        from backend.city.pack import read_pack
        from backend.city.service import city_of
        from backend.core.clock import SystemClock, local_date
        from backend.matching.rulebook import Rulebook

        book = Rulebook(city_of(read_pack(options.pack), 0, {}), {})
        _print(book, options.as_of or local_date(SystemClock().now()), options)
        return

    async def run(hall: "Resources") -> None:
        from backend.city.service import read_city
        from backend.core.clock import local_date
        from backend.matching.service import read_rulebook

        book = await read_rulebook(hall.db, await read_city(hall.db))
        _print(book, options.as_of or local_date(hall.now()), options)

    run_on_hall(options, run)


def _print(book: "Rulebook", as_of: date, options: argparse.Namespace) -> None:
    rows = list(_rows(book, as_of, zh=options.zh))
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
    else:
        print("\n\n".join(_in_words(row) for row in rows))
    unlike = [row.code for row in rows if not row.as_expected]
    if unlike:
        raise Failed(f"{len(unlike)} rules without examples, or speaking to others than these say: {', '.join(unlike)}")


def _rows(book: "Rulebook", as_of: date, *, zh: bool) -> Iterator[Row]:
    from backend.city.rules import RuleState
    from backend.matching.examples import examples_of, verdict
    from backend.matching.wording.explaining import timing_in_words

    ladders = {rule.licence_type: rule.code for rule in book.city.rules.values() if rule.timing.ladder}
    for rule in sorted(book.rules.values(), key=lambda rule: rule.rule is None):
        if rule.state is not RuleState.LIVE or not _is_valid(rule, as_of):
            continue
        examples = examples_of(rule, book.city)
        everybody = (examples.speaks_to, *examples.not_to) if examples else ()
        verdicts = [verdict(book, rule, each) for each in everybody]
        somebody = [_somebody(*pair, book.city, zh=zh) for pair in zip(everybody, verdicts, strict=True)]
        yield Row(
            code=rule.code,
            ladder_of=ladders.get(rule.key) if rule.rule is None else None,
            name=_in(_name(rule), zh=zh),
            message_class=rule.message_class,
            state=rule.state,
            when=_in(timing_in_words(rule, book.city), zh=zh),
            speaks_to=somebody[0] if somebody else None,
            not_to=tuple(somebody[1:]),
            as_expected=len(everybody) > 1 and verdicts == [each.because for each in everybody],
        )


def _is_valid(rule: "AppliedRule", as_of: date) -> bool:
    return (rule.valid_from or date.min) <= as_of <= (rule.valid_until or date.max)


def _name(rule: "AppliedRule") -> "Text":
    from backend.city.models import Text

    if rule.rule is not None:
        return rule.rule.name
    kind = rule.licence_type.name if rule.licence_type else Text(rule.key)
    return Text(f"{kind.zh}到期提醒", f"{kind.en or kind.zh} expires")


def _somebody(example: "Example", because: str | None, city: "City", *, zh: bool) -> Somebody:
    from backend.matching.wording.explaining import reason_in_words

    in_words = None if because is None else _in(reason_in_words(because, city), zh=zh)
    return Somebody(_in(example.who, zh=zh), _known(example), because, in_words)


def _known(example: "Example") -> str:
    """The facts, by the names that feeds have for them."""
    parts = [f"as of {example.as_of}"]
    parts += [f"born {example.born_on}"] if example.born_on else []
    parts += [f"died {example.died_on}"] if example.died_on else []
    parts += [f"moved out {example.moved_out_on}"] if example.moved_out_on else []
    for licence in example.licences:
        until = f" until {licence.expires_on}" if licence.expires_on else ""
        filed = ", renewal filed" if licence.renewal_filed_on else ""
        status = "" if licence.status == "valid" else f", {licence.status}"
        parts.append(f"{licence.licence_type} of {licence.issued_on}{until}{status}{filed}")
    parts += [f"{event.event_type} {event.happened_on}{_facts(event.facts)}" for event in example.events]
    parts += [f"bill for {bill.fee} due {bill.due_on}, {bill.state}" for bill in example.bills]
    return "; ".join(parts)


def _facts(facts: Mapping[str, str]) -> str:
    return f" ({', '.join(f'{name} {value}' for name, value in facts.items())})" if facts else ""


def _in(text: "Text", *, zh: bool) -> str:
    return text.zh if zh else text.en or text.zh


def _in_words(row: Row) -> str:
    ladder_of = f" = {row.ladder_of}" if row.ladder_of else ""
    lines = [f"{row.code}{ladder_of}  {row.name}  [{row.message_class}]", f"  when  {row.when}"]
    if row.speaks_to is None:
        return "\n".join([*lines, "  nobody was made up for it"])
    lines.append(f"  yes   {row.speaks_to.who}: {row.speaks_to.known}")
    lines += [f"  no    {each.who}: {each.known}\n        {each.in_words} ({each.because})" for each in row.not_to]
    return "\n".join(lines)
