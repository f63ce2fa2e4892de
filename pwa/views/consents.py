"""What one agrees to, word for word, and what one has said to it so far."""

from datetime import date, time

from msgspec import Struct

from pwa.views.parts import Text


class ConsentPage(Struct, frozen=True, kw_only=True):
    """One text. `path` takes the answer, together with `version`; an old version is only shown (`current` False).

    `given` is what holds now. `asks`: a yes is asked for before anything happens; else it is on until refused.
    `refusing`: the use of one's features is refused, so that a yes to recommendations brings none.
    """

    path: str
    title: Text
    lines: tuple[Text, ...]
    version: int
    since: date
    given: bool
    asks: bool
    current: bool = True
    refusing: bool = False


class SaidWord(Struct, frozen=True, kw_only=True):
    """A yes or no. `said` puts it in words, `path` leads to the text as it was, `fingerprint` begins its hash."""

    title: Text
    said: Text
    given: bool
    said_on: date
    said_at: time
    version: int
    path: str
    fingerprint: str


class ConsentLog(Struct, frozen=True, kw_only=True):
    """/me/consents, newest first."""

    words: tuple[SaidWord, ...] = ()


class StopPage(Struct, frozen=True, kw_only=True):
    """Where the address in a short message leads, also for somebody who cannot sign in: to reading, and to stopping.

    It names nothing but the topic: whoever holds the phone may see it. `path` + /stop, /resume or /sms takes the
    answer. What the law requires cannot be stopped, only its short messages (`sms`: they are on).
    """

    path: str
    read_path: str
    topic: Text
    sent_on: date
    can_stop: bool
    stopped: bool
    sms: bool
