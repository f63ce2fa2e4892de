"""The API for programmers: a plain list of its operations and of the shapes they speak in."""

from msgspec import Struct


class Field(Struct, frozen=True, kw_only=True):
    """A parameter or a member of an object. `place` is path, query, header or empty."""

    name: str
    type: str
    required: bool
    place: str = ""
    about: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    status: str
    about: str
    type: str = ""


class Operation(Struct, frozen=True, kw_only=True):
    """One method of one path. `accepts` names the shape of the body."""

    anchor: str
    method: str
    path: str
    about: str
    fields: tuple[Field, ...] = ()
    accepts: str = ""
    answers: tuple[Answer, ...] = ()


class Shape(Struct, frozen=True, kw_only=True):
    name: str
    about: str
    fields: tuple[Field, ...]


class ApiDocs(Struct, frozen=True, kw_only=True):
    title: str
    version: str
    schema_path: str
    operations: tuple[Operation, ...]
    shapes: tuple[Shape, ...]
