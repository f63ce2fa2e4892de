"""Why a line of a feed is refused: a stable code, and a sentence in two languages."""

from msgspec import Struct


class Reason(Struct, frozen=True):
    """The sentences may use facts as `{placeholders}`; they never repeat a number or a name of a person."""

    code: str
    zh: str
    en: str


class Fault(Struct, frozen=True):
    """One reason with its facts."""

    reason: Reason
    facts: dict[str, str | int] = {}

    def sentence(self, locale: str) -> str:
        return (self.reason.en if locale == "en" else self.reason.zh).format(**self.facts)


class LineRefused(Exception):
    """One line is not taken. Raised by a feed while it reads or judges a line; never leaves the feed."""

    def __init__(self, reason: Reason, **facts: str | int) -> None:
        self.fault = Fault(reason, facts)
        super().__init__(reason.code)


LINE_TOO_LONG = Reason(
    "line_too_long",
    "这一行超过 64 KiB。",
    "The line is longer than 64 KiB.",
)
INVALID_UTF8 = Reason(
    "invalid_utf8",
    "这一行不是有效的 UTF-8 文本。",
    "The line is not valid UTF-8.",
)
INVALID_JSON = Reason(
    "invalid_json",
    "这一行不是完整、合法的 JSON：{detail}",
    "The line is not one well-formed JSON value: {detail}",
)
TOO_DEEP = Reason(
    "too_deep",
    "JSON 嵌套过深。",
    "The JSON is nested too deeply.",
)
UNKNOWN_FIELD = Reason(
    "unknown_field",
    "有未约定的字段：{detail}",
    "There is a field that the format does not have: {detail}",
)
MISSING_FIELD = Reason(
    "missing_field",
    "缺少必填字段：{detail}",
    "A required field is missing: {detail}",
)
WRONG_TYPE = Reason(
    "wrong_type",
    "字段的类型或取值不对：{detail}",
    "A field has the wrong type or value: {detail}",
)
NUL_CHARACTER = Reason(
    "nul_character",
    "文本中含有 NUL 字符（\\u0000），无法保存。",
    "A text holds the NUL character (\\u0000).",
)
BAD_DATE = Reason(
    "bad_date",
    "{field} 不是存在的日期，应为 YYYY-MM-DD 或 YYYYMMDD。",
    "{field} is not a date that exists: YYYY-MM-DD or YYYYMMDD.",
)
BAD_TIME = Reason(
    "bad_time",
    "{field} 不是带时区的时间（如 2026-11-20T10:00:00+08:00），也不是 GB/T 39046 的写法。",
    "{field} is neither a time with its offset (2026-11-20T10:00:00+08:00) nor one of the forms of GB/T 39046.",
)
OUT_OF_RANGE = Reason(
    "out_of_range",
    "{field} 应在 1900 年至 2200 年之间。",
    "{field} must lie between the years 1900 and 2200.",
)
IN_FUTURE = Reason(
    "in_future",
    "{field} 晚于当前时间 5 分钟以上，请检查时钟。",
    "{field} is more than 5 minutes in the future: check the clock.",
)
OUT_OF_SCOPE = Reason(
    "out_of_scope",
    "这个密钥无权报送类型 {type}。",
    "This key may not feed the type {type}.",
)
WRONG_HOLDER_KIND = Reason(
    "wrong_holder_kind",
    "类型 {type} 不发给这种持有人。",
    "The type {type} is not for this kind of holder.",
)
OWNER_CHANGED = Reason(
    "owner_changed",
    "这个编号已属于另一个持有人。编号不能换人，请用新编号报送。",
    "This id belongs to another holder already. An id never changes hands: feed it under a new one.",
)
OUTDATED = Reason(
    "outdated",
    "已保存的记录更新（updated_at 更晚），这一行没有采用。",
    "The stored record is newer (later updated_at): this line was not taken.",
)
CONFLICT = Reason(
    "conflict",
    "与已保存的记录 updated_at 相同但内容不同。请给出更晚的 updated_at。",
    "Same updated_at as the stored record but other content: send it with a later updated_at.",
)
DUPLICATE_ID = Reason(
    "duplicate_id",
    "本次报送中第 {line} 行是同一编号，采用的是那一行。",
    "Line {line} of this feed has the same id and is the one that counts.",
)
NOT_STORABLE = Reason(
    "not_storable",
    "这一行无法保存，原因不明，已记录。其他行不受影响。",
    "The line could not be stored for a reason that is not the format; it was noted. No other line is affected.",
)
