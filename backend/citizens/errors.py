"""Why a holder is not accepted, and why a sign-in ends without a session."""

from backend.core.errors import Refusal


class BadNumber(Refusal):
    """Names the reason, never the number."""

    code = "citizens.bad_number"
    status = 422
    zh = "证件号码不正确：{reason_zh}。请核对后重新填写。"
    en = "The identity number is not valid: {reason_en}. Check it and enter it again."


class BadName(Refusal):
    code = "citizens.bad_name"
    status = 422
    zh = "姓名或名称缺失，或含有不能使用的字符。请按证件填写。"
    en = "The name is missing or has characters that cannot be used. Write it as on the document."


class SubjectUnknown(Refusal):
    code = "citizens.unknown"
    status = 404
    zh = "没有找到这个人的登记信息。请重新登录后再试。"
    en = "No record of this person was found. Sign in again and retry."


class LoginExpired(Refusal):
    """No such attempt: too old, already used, or begun in another browser."""

    code = "citizens.login_expired"
    status = 400
    zh = "这次登录已经失效：可能超过了 10 分钟、已经用过，或是在另一个浏览器里开始的。请在这里重新登录。"
    en = (
        "This sign-in is no longer valid: it took more than 10 minutes, was already used, or began in another browser. "
        "Please sign in again here."
    )


class LoginDenied(Refusal):
    code = "citizens.login_denied"
    status = 403
    zh = "您取消了登录，没有任何信息被读取。查看事项和办事指南不需要登录；要继续办理，请重新登录。"
    en = (
        "You cancelled the sign-in and nothing was read. Services and guides can be viewed without signing in; "
        "to continue, sign in again."
    )


class ProviderUnavailable(Refusal):
    code = "citizens.provider_unavailable"
    status = 503
    zh = "统一身份认证暂时连接不上，请过几分钟再登录。查看事项和办事指南不需要登录；急事请拨打市民热线 12345。"
    en = (
        "The city's identity service cannot be reached right now; sign in again in a few minutes. Services and guides "
        "can be viewed without signing in; if it is urgent, call the hotline 12345."
    )


class ProviderMissing(Refusal):
    """The settings name no identity provider: another try changes nothing."""

    code = "citizens.provider_missing"
    status = 503
    zh = "本站还没有接入统一身份认证，暂时不能登录。查看事项和办事指南不需要登录；要办事请拨打市民热线 12345。"
    en = (
        "This site is not connected to the city's identity service yet, so signing in is not possible. Services and "
        "guides can be viewed without signing in; for anything else call the hotline 12345."
    )


class ProviderAnswerRefused(Refusal):
    """The provider's answer did not hold; `reason` names the check for the log, and holds nothing of the person."""

    code = "citizens.provider_answer_refused"
    status = 502
    zh = "没能确认您的身份，登录没有完成，您的信息是安全的。请重新登录；若再次出现，请拨打市民热线 12345。"
    en = (
        "Your identity could not be confirmed, so you were not signed in; your data is safe. Sign in again, and if "
        "this repeats, call the hotline 12345."
    )


class LevelTooLow(Refusal):
    code = "citizens.level_too_low"
    status = 403
    zh = "您的账号还没有完成实名认证。请先在统一身份认证里完成实名，再回来登录；也可以带身份证到窗口办理。"
    en = (
        "Your account has not been verified with your real name yet. Verify it at the identity service and sign in "
        "again, or bring your ID card to a community service centre."
    )


class DocumentNotServed(Refusal):
    code = "citizens.document_not_served"
    status = 403
    zh = "您登录所用的证件类型目前还不能在这里办理。请拨打市民热线 12345，或带证件到社区事务受理服务中心。"
    en = (
        "The kind of document you signed in with cannot be served here yet. Call the hotline 12345, or bring it to a "
        "community service centre."
    )


class PersonDeceased(Refusal):
    code = "citizens.person_deceased"
    status = 403
    zh = "登记信息显示该身份已办理死亡登记，不能登录。如果登记有误，请拨打市民热线 12345，或到派出所更正。"
    en = (
        "Our records say that the holder of this identity has died, so signing in is not possible. If that is wrong, "
        "call the hotline 12345 or have it corrected at a police station."
    )
