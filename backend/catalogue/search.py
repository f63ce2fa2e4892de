"""What a query means: the words that must be there, those that only help to rank, and how each may be written."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

from backend.catalogue.errors import QueryTooLong
from backend.catalogue.folding import fold, is_han, key, runs

LONGEST_QUERY = 64
_ABSURD = 1024  # not even looked at
SOUND = "~"  # before tokens that hold pinyin or initials, so that they never meet a word of English


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Said around the thing that is meant: left out where anything else was said.
_TALK = _listed("""
    我 要 我要 我想 想 想要 需要 请 请问 怎么 怎样 如何 怎么办 哪里 哪儿 在 哪 在哪 在哪里 什么 哪些 多少 可以 能 能不能
    是否 一下 关于 的 了 吗 呢 啊 吧 去 a an the of for to in on at my your i how do does can where what is get
""")
# Found in many titles: these rank, but do not decide what is found.
_SOFT = _listed("""
    办 办理 办事 去办 申请 申办 申报 手续 流程 材料 业务 事项 服务 个人 上海 上海市 本市 网上 线上
    apply application applying shanghai
""")


class Query(Struct, frozen=True, kw_only=True):
    """A query, ready for the statement. Words consist of Chinese characters, or of a-z and 0-9: nothing to escape.

    `words` are all of them, `needed` those that must be found. `tsquery` joins what is needed in the syntax of
    Postgres. `letters` is the query as one piece where it has no Chinese, else None; `english` likewise as a tsquery.
    """

    key: str
    words: tuple[str, ...]
    needed: tuple[str, ...]
    tsquery: str
    letters: str | None
    english: str | None


@lru_cache(maxsize=1024)
def parse_query(text: str) -> Query | None:
    """None where nothing in the text can be searched, such as punctuation or emoji. Raises QueryTooLong.

    What is asked for often is understood once: taking it apart costs a fifth of the statement that it is for.
    """
    stripped = text.strip()
    if len(stripped) > _ABSURD or len(fold(stripped).strip()) > LONGEST_QUERY:
        raise QueryTooLong(most=LONGEST_QUERY)
    words = _without_talk(tuple(dict.fromkeys(_words(stripped))))
    if not words:
        return None
    whole = key(stripped)
    return _in_letters(whole, words) if whole.isascii() else _in_chinese(words)


def _in_chinese(words: tuple[str, ...]) -> Query:
    needed = _needed(words)
    tsquery = " & ".join(_term(word) for word in needed)
    return Query(key=key(" ".join(words)), words=words, needed=needed, tsquery=tsquery, letters=None, english=None)


def _in_letters(whole: str, words: tuple[str, ...]) -> Query:
    """Letters may be pinyin or initials, written together or apart, or English of which the last word is unfinished."""
    needed, letters = _needed(words), whole.replace(" ", "")
    apart = " & ".join(_term(word) for word in words)
    tsquery = f"({apart}) | {_term(letters)}"
    english = " & ".join(needed) + ":*"
    return Query(key=whole, words=words, needed=needed, tsquery=tsquery, letters=letters, english=english)


def _term(word: str) -> str:
    """A Chinese word is there when all its pairs of characters are: no dictionary decides where a title's words end."""
    if not is_han(word):
        return f"'{SOUND}{word}':*"
    return " & ".join(f"'{pair}'" for pair in pairs(word))


def pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)] or [word]


def _words(text: str) -> Iterable[str]:
    for run in runs(text):
        yield from segmenter().cut(run) if is_han(run) else [run]


def _without_talk(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _TALK) or words


def _needed(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that name something; single characters and common words only where there is nothing else."""
    for wanted in (_names_something, _is_long):
        found = tuple(word for word in words if wanted(word))
        if found:
            return found
    return words


def _names_something(word: str) -> bool:
    return _is_long(word) and word not in _SOFT


def _is_long(word: str) -> bool:
    return len(word) > 1 or word.isdigit()


@cache
def segmenter() -> Any:
    """Splits Chinese into words. Loading takes some 60 ms and 30 MB: at first use, or by `warm_up` at start."""
    import rjieba

    return rjieba
