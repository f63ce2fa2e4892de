"""Bills as files: decompressed and split into lines a piece at a time, within bounds, whatever was uploaded."""

import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import IO, cast

from backend.core.clock import SHANGHAI
from backend.payments.money import Fen, NotAnAmount, check_fen, parse_yuan
from backend.payments.providers.errors import BillRefused

LARGEST_FILE = 1024 * 1024 * 1024
LONGEST_LINE = 8192

_GZIP = b"\x1f\x8b"
_PIECE = 64 * 1024
_UTF8_NAME = 0x800
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_BEYOND_FEN = re.compile(r"(\.[0-9]{2})0+", re.ASCII)


@contextmanager
def broken_files_refused() -> Iterator[None]:
    """Whatever a decompressor thinks of a damaged file becomes BillRefused."""
    try:
        yield
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BillRefused("the file is damaged") from error


def open_gzip(raw: bytes) -> IO[bytes]:
    """The file inside, or the file itself when it is not compressed."""
    return cast(IO[bytes], gzip.GzipFile(fileobj=BytesIO(raw))) if raw.startswith(_GZIP) else BytesIO(raw)


def sha1_inside(raw: bytes) -> str:
    """SHA-1 of the decompressed file, in lower-case hex: WeChat's check against damage, not against forgery."""
    digest = hashlib.sha1(usedforsecurity=False)
    with broken_files_refused(), open_gzip(raw) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def open_member(raw: bytes, wanted: re.Pattern[str]) -> Iterator[IO[bytes]]:
    """The one member of a zip whose name matches; raises BillRefused for none, for several and for a huge one."""
    with broken_files_refused(), zipfile.ZipFile(BytesIO(raw)) as archive:
        found = [info for info in archive.infolist() if wanted.search(_name(info))]
        if len(found) != 1:
            raise BillRefused(f"the archive holds {len(found)} files of the wanted kind")
        if found[0].file_size > LARGEST_FILE:
            raise BillRefused("the file is too large")
        with archive.open(found[0]) as file:
            yield file


def lines_of(file: IO[bytes], encoding: str) -> Iterator[tuple[int, str]]:
    """Lines counted from 1, without their ends; raises BillRefused beyond the bounds and for foreign bytes."""
    with broken_files_refused():
        size = line_no = 0
        while line := file.readline(LONGEST_LINE + 1):
            line_no, size = line_no + 1, size + len(line)
            if len(line) > LONGEST_LINE or size > LARGEST_FILE:
                raise BillRefused("too large", line_no)
            try:
                yield line_no, line.decode(encoding).rstrip("\r\n")
            except UnicodeDecodeError:
                raise BillRefused(f"not {encoding}", line_no) from None


def signed_fen(text: str, line_no: int) -> Fen:
    """Yuan that may be negative and may have zeros beyond the fen (WeChat writes fees as `0.06000`)."""
    digits = text.removeprefix("-")
    try:
        amount = parse_yuan(_BEYOND_FEN.sub(r"\1", digits))
    except NotAnAmount:
        raise BillRefused("not an amount", line_no) from None
    return Fen(-amount) if text.startswith("-") else amount


def fen_of_digits(text: str, line_no: int) -> Fen:
    """Fen as digits with leading zeros."""
    if not (text.isascii() and text.isdigit()):
        raise BillRefused("not an amount", line_no)
    try:
        return check_fen(int(text))
    except NotAnAmount:
        raise BillRefused("not an amount", line_no) from None


def local_instant(text: str, line_no: int) -> datetime:
    """`2026-11-20 10:00:00` on Shanghai's clocks."""
    try:
        if _SECOND.fullmatch(text) is None:
            raise ValueError("not to the second")
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BillRefused("not a time", line_no) from None


def _name(info: zipfile.ZipInfo) -> str:
    """Chinese archives name files in GBK without saying so; zipfile takes that for cp437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    return info.filename.encode("cp437", "replace").decode("gbk", "replace")
