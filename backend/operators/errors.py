"""Refusals about operators and what they may do."""

from backend.core.errors import Refusal, SignInRequired


class OperatorSignInRequired(SignInRequired):
    code = "operators.sign_in_required"
    zh = "请用运营密钥登录，再继续。"
    en = "Please sign in with an operator's key to continue."
    sign_in_path = "/ops/sign-in"


class OperatorKeyRefused(Refusal):
    """No key, a malformed, unknown, replaced or revoked one: the answer does not say which."""

    code = "operators.key_refused"
    status = 401
    zh = "这个密钥无效。请整段复制，前后不要多字少字；密钥也可能已更换或停用，请联系平台管理员。"
    en = "This key is not valid. Copy all of it; it may also have been replaced or revoked: ask the administrator."


class RoleMissing(Refusal):
    code = "operators.role_missing"
    status = 403
    zh = "您的账号没有这项权限（{role}）。需要的话，请联系平台管理员。"
    en = "Your account lacks the role for this ({role}). Ask the administrator if you need it."


class UnknownOperator(Refusal):
    code = "operators.unknown"
    status = 404
    zh = "没有编号为 {operator_id} 的在用运营账号。"
    en = "There is no living operator {operator_id}."


class BadOperatorName(Refusal):
    code = "operators.name_malformed"
    status = 400
    zh = "姓名要有 1 至 80 个可显示的字。"
    en = "A name has 1 to 80 printable characters."


class BadRole(Refusal):
    code = "operators.role_unknown"
    status = 400
    zh = "没有权限 {role}。可选：{known}。"
    en = "There is no role {role}. Known roles: {known}."
