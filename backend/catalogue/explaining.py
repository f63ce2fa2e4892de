"""Why a search shows what it shows: how the query was understood, and what each score is the sum of."""

from datetime import date

import msgspec

from backend.catalogue import queries
from backend.catalogue.models import Asked, ExplainedEntry, ExplainedList, Reason, Understood, Why
from backend.catalogue.search import Concept, Query, parse_query
from backend.catalogue.service import find_hits, page_of
from backend.catalogue.words import IN_ALIAS, IN_OFFICE, IN_TITLE
from backend.city.city import City
from backend.core.db import Database

_PLACES = {IN_TITLE: "title", IN_ALIAS: "alias", IN_OFFICE: "department"}
_decoder = msgspec.json.Decoder(ExplainedEntry)


async def explain_items(db: Database, city: City, asked: Asked, today: date) -> ExplainedList:
    """The page that `find_items` gives, with reasons, in two statements. Raises as `find_items`."""
    hits = await find_hits(db, city, asked, today)
    page, hits = page_of(hits, city, asked), hits[: asked.limit]
    query = parse_query(city, asked.q)
    matches = await queries.list_matches(db, query, [hit.item_code for hit in hits]) if query and hits else []
    return ExplainedList(
        understood=tuple(map(_understood, query.concepts)) if query else (),
        items=[_explained(hit, query, matches) for hit in hits],
        next=page.next,
        total=page.total,
    )


def _understood(concept: Concept) -> Understood:
    return Understood(
        typed=concept.typed,
        understood_as=concept.how,
        needed=concept.need > 0,
        looked_for=tuple(wanted.term for wanted in concept.wanted),
    )


def _explained(hit: queries.Hit, query: Query | None, matches: list[queries.Match]) -> ExplainedEntry:
    entry = _decoder.decode(hit.entry)
    if query is None:
        return entry
    reasons = tuple(_reason(query, match) for match in matches if match.item_code == hit.item_code)
    why = Why(
        score=queries.TOP - hit.rank,
        words=reasons,
        whole_name=hit.name,
        importance=queries.IMPORTANCE * hit.importance,
        title_length=-queries.LENGTH * min(hit.length, queries.LONGEST_TITLE),
    )
    return msgspec.structs.replace(entry, why=why)


def _reason(query: Query, match: queries.Match) -> Reason:
    concept = query.concepts[match.concept - 1]
    wanted = next(each for each in concept.wanted if each.term == match.term)
    return Reason(
        typed=concept.typed,
        understood_as=concept.how,
        word=match.term,
        place=_PLACES[match.place],
        points=match.points,
        synonym=wanted.synonym,
    )
