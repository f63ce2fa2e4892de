"""Why a line of the licence feed is refused."""

from backend.departments.faults import Reason

UNKNOWN_LICENCE_TYPE = Reason(
    "unknown_licence_type",
    "没有名为 {type} 的证照类型。",
    "There is no licence type {type}.",
)
TYPE_CHANGED = Reason(
    "type_changed",
    "这个编号原来是另一种证照。请用新编号报送。",
    "This id was a licence of another type. Feed it under a new id.",
)
DATES_OUT_OF_ORDER = Reason(
    "dates_out_of_order",
    "应满足 issued_on ≤ valid_from ≤ expires_on。",
    "Dates must satisfy issued_on ≤ valid_from ≤ expires_on.",
)
UNKNOWN_STATUS = Reason(
    "unknown_status",
    "状态 {status} 不在约定之内（valid、suspended… 或 01–07、99）。",
    "The status {status} is not one of valid, suspended … or 01 to 07, 99.",
)
NOT_EXPIRED = Reason(
    "not_expired",
    "状态为过期（05），但 expires_on 尚未过去。过期由日期推算。",
    "The status says expired (05) but expires_on has not passed. Expiry is derived from the date.",
)
ILLEGAL_STATUS = Reason(
    "illegal_status",
    "证照不能由 {before} 变为 {after}。",
    "A licence cannot go from {before} to {after}.",
)
ILLEGAL_EXTENSION = Reason(
    "illegal_extension",
    "已{before}的证照不能延长有效期。",
    "A licence that is {before} cannot be extended.",
)
BAD_IDENTIFIER = Reason(
    "bad_identifier",
    "电子证照标识不正确（GB/T 36904）：{zh}",
    "The licence identifier is not valid (GB/T 36904): {en}",
)
SUPERSEDES_ITSELF = Reason(
    "supersedes_itself",
    "supersedes 不能是本行自己的编号。",
    "A licence cannot supersede itself.",
)
SUPERSEDES_OTHER_OWNER = Reason(
    "supersedes_other_owner",
    "supersedes 指向另一个持有人的证照。",
    "The licence named by supersedes belongs to another holder.",
)
FACE_TOO_LARGE = Reason(
    "face_too_large",
    "face 最多 30 项，名称最长 40 字，内容最长 300 字。",
    "face holds at most 30 fields, names of at most 40 and values of at most 300 characters.",
)
