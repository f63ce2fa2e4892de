"""Every kind of fact is on the map, under a tag of its own."""

from redis.asyncio import Redis

from backend.core.events import Event
from backend.event_handlers import event_map


def all_events() -> list[type[Event]]:
    found, waiting = [], [Event]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        found += kinds
        waiting += kinds
    return [kind for kind in found if kind.__module__.startswith("backend.")]


def test_every_event_is_on_the_map() -> None:
    on_the_map = event_map(Redis())

    assert [kind.__name__ for kind in all_events() if kind not in on_the_map] == []


def test_every_event_has_a_tag_of_its_own() -> None:
    tags = [kind.__struct_config__.tag for kind in all_events()]

    assert all(isinstance(tag, str) and "." in tag for tag in tags)
    assert len(set(tags)) == len(tags)
