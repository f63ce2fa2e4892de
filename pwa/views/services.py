"""办事: life events, themes, departments; and what a search found."""

from msgspec import Struct

from pwa.views.parts import Action, Segment, Text, Tile


class Department(Struct, frozen=True, kw_only=True):
    name: Text
    path: str
    count: int


class Result(Struct, frozen=True, kw_only=True):
    """One item found. `marks` are the words to be marked in the title. `for_you` puts it on top: why now."""

    title: Text
    note: Text | None
    path: str
    marks: tuple[str, ...] = ()
    for_you: Text | None = None


class Services(Struct, frozen=True, kw_only=True):
    """The hall's directory. `packages` are life events (一件事); `rows` are further doors that really open.

    `letters` is the index by first letter, `listed` what begins with the chosen one.
    `favourites` and `recent` belong to the one who is signed in. `often` are items that the city really uses most;
    `popular` are searches to begin with while there are no counts.
    """

    subjects: tuple[Segment, ...] = ()
    favourites: tuple[Result, ...] = ()
    recent: tuple[Result, ...] = ()
    often: tuple[Segment, ...] = ()
    popular: tuple[Segment, ...] = ()
    packages: tuple[Tile, ...] = ()
    themes: tuple[Tile, ...] = ()
    departments: tuple[Department, ...] = ()
    letters: tuple[Segment, ...] = ()
    listed: tuple[Result, ...] = ()
    rows: tuple[Tile, ...] = ()


class HeldLicence(Struct, frozen=True, kw_only=True):
    """A licence in one's wallet that the words also mean. `colour` as in wallet.IssuerColour."""

    name: Text
    note: Text
    icon: str
    colour: str
    action: Action


class SearchResults(Struct, frozen=True, kw_only=True):
    """`query` as typed; `heading` names a theme, department or package when one was chosen instead of words.

    `subject` is the parameter value of the chosen segment, to be kept when searching again.
    `joined` are pairs of synonyms that were searched together (驾照, 驾驶证).
    """

    query: str = ""
    heading: Text | None = None
    subject: str | None = None
    theme: str | None = None
    subjects: tuple[Segment, ...] = ()
    results: tuple[Result, ...] = ()
    total: int = 0
    next_path: str | None = None
    licences: tuple[HeldLicence, ...] = ()
    popular: tuple[Segment, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
