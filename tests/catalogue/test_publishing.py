"""What is published already is not read again; whatever was interrupted or has changed is."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from backend.catalogue import publishing
from backend.catalogue.publishing import publish_pack
from backend.core.db import Database
from tests.catalogue.conftest import Counting
from tests.city.small_pack import ITEMS, small_pack, within, written

NOW, LATER = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


async def test_the_same_files_are_read_once(db: Database, tmp_path: Path) -> None:
    path = written(small_pack(), tmp_path)
    first = await publish_pack(db, path, NOW)
    counting = Counting(db.pool)

    second = await publish_pack(counting, path, LATER)

    assert (second.version, second.unchanged, second.changed_items) == (first.version, first.added, ())
    assert counting.sent == 1, "more than the last load was looked at"


async def test_what_was_interrupted_before_its_items_could_be_found_is_taken_up_again(
    db: Database, tmp_path: Path
) -> None:
    path = written(small_pack(), tmp_path)
    await db.execute("ALTER TABLE item_search RENAME TO elsewhere")
    with pytest.raises(asyncpg.UndefinedTableError):
        await publish_pack(db, path, NOW)
    await db.execute("ALTER TABLE elsewhere RENAME TO item_search")

    await publish_pack(db, path, LATER)

    assert await db.fetchval("SELECT count(*) FROM item_search") > 0


async def test_changed_files_are_read_again(db: Database, tmp_path: Path) -> None:
    files = small_pack()
    await publish_pack(db, written(files, tmp_path / "one"), NOW)
    within(0, summary={"zh": "换了一句话。"})(files[ITEMS])

    changed = await publish_pack(db, written(files, tmp_path / "two"), LATER)

    assert (changed.version, len(changed.changed_items)) == (2, 1)


def test_code_counts_wherever_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(small_pack(), tmp_path / "pack")
    code = tmp_path / "code"
    (code / "checks").mkdir(parents=True)
    (code / "checks" / "words.py").write_text("LONGEST = 10")
    monkeypatch.setattr(publishing, "_READERS", (SimpleNamespace(__path__=[str(code)]),))
    sources = [publishing._source_of(path)]
    (code / "checks" / "words.py").write_text("LONGEST = 12")
    sources.append(publishing._source_of(path))
    (code / "checks" / "words.py").rename(code / "words.py")
    sources.append(publishing._source_of(path))

    assert len(set(sources)) == 3
