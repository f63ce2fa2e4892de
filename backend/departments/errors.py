"""Refusals about departments, their keys and their feeds."""

from backend.core.errors import Refusal


class KeyRefused(Refusal):
    """No key, a malformed, unknown or revoked one: the answer does not say which (RFC 6750, section 3.1)."""

    code = "departments.key_refused"
    status = 401
    zh = "需要有效的部门密钥：Authorization: Bearer ssb_…。密钥可能已停用，请联系平台运营方。"
    en = "A valid department key is needed: Authorization: Bearer ssb_…. It may have been revoked: ask the operator."


class FeedNotAllowed(Refusal):
    code = "departments.feed_not_allowed"
    status = 403
    zh = "这个密钥无权报送 {feed}。请联系平台运营方增加权限。"
    en = "This key may not feed {feed}. Ask the operator to widen its scopes."


class EncodingNotSupported(Refusal):
    code = "departments.encoding_not_supported"
    status = 415
    zh = "不支持 Content-Encoding: {encoding}。请用 gzip 压缩或不压缩。"
    en = "Content-Encoding: {encoding} is not supported. Send gzip or no encoding."


class FaultyCompression(Refusal):
    code = "departments.compression_faulty"
    status = 400
    zh = "gzip 数据损坏或不完整：此前各批已保存，重新报送全部数据即可，不会重复。"
    en = "The gzip data are damaged or cut short. Earlier batches are kept; feed everything again, nothing is doubled."


class DepartmentExists(Refusal):
    code = "departments.exists"
    status = 409
    zh = "部门 {department_id} 已经存在。要增加密钥，请用 department add {department_id} --scope …，不带 --name。"
    en = (
        "The department {department_id} exists already. "
        "For a further key: department add {department_id} --scope …, without --name."
    )


class UnknownDepartment(Refusal):
    code = "departments.unknown"
    status = 404
    zh = "没有编号为 {department_id} 的部门。"
    en = "There is no department {department_id}."


class UnknownKey(Refusal):
    code = "departments.key_unknown"
    status = 404
    zh = "没有编号为 {key_id} 的有效密钥。"
    en = "There is no living key {key_id}."


class BadDepartmentId(Refusal):
    code = "departments.id_malformed"
    status = 400
    zh = "部门编号 {department_id} 不合格式：小写字母、数字和连字符，最多 63 个。"
    en = "The department id {department_id} is malformed: lower-case letters, digits and hyphens, at most 63."


class BadScope(Refusal):
    code = "departments.scope_malformed"
    status = 400
    zh = "权限 {scope} 不合格式：应为 licences:<类型>（全部为 *）、events:…、bills:<收费项目> 或 cards:<卡类>。"
    en = "The scope {scope} is malformed: licences:<type>, events:<type>, bills:<fee> or cards:<kind>, or * instead."


class ConnectionCut(Refusal):
    """Seen by nobody but the log of requests: whoever fed is gone."""

    code = "departments.connection_cut"
    status = 400
    zh = "连接中断：此前各批已保存，重新报送全部数据即可，不会重复。"
    en = "The connection was cut. Earlier batches are kept; feed everything again, nothing is doubled."
