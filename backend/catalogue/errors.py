"""Refusals of the catalogue."""

from backend.core.errors import Refusal


class QueryTooLong(Refusal):
    code = "catalogue.query_too_long"
    status = 400
    zh = "搜索的文字最多 {most} 个字。请只写事项的关键词，例如“居住证签注”。"
    en = "A search may have at most {most} characters. Use only the key words, for example “residence permit”."


class UnknownTheme(Refusal):
    code = "catalogue.theme_unknown"
    status = 400
    zh = "没有这个主题。请从“办事”页面选择主题。"
    en = "There is no such theme. Choose one on the services page."


class UnknownDepartment(Refusal):
    code = "catalogue.department_unknown"
    status = 400
    zh = "没有这个部门。请从“办事”页面选择部门。"
    en = "There is no such department. Choose one on the services page."


class UnknownPackage(Refusal):
    code = "catalogue.package_unknown"
    status = 400
    zh = "没有这件事。请从“办事”页面选择。"
    en = "There is no such life event. Choose one on the services page."


class BadChoice(Refusal):
    code = "catalogue.choice_unknown"
    status = 400
    zh = "参数 {name} 只能是：{choices}。"
    en = "The parameter {name} must be one of: {choices}."


class BadLimit(Refusal):
    code = "catalogue.limit_out_of_range"
    status = 400
    zh = "参数 limit 必须是 1 到 {most} 的整数。"
    en = "The parameter limit must be a whole number from 1 to {most}."


class BadVersion(Refusal):
    code = "catalogue.version_malformed"
    status = 400
    zh = "参数 version 必须是正整数。"
    en = "The parameter version must be a positive whole number."


class BadCursor(Refusal):
    code = "catalogue.cursor_malformed"
    status = 400
    zh = "参数 after 不是本站给出的翻页标记。请从第一页开始。"
    en = "The parameter after is not a cursor of ours. Start again from the first page."


class StaleCursor(Refusal):
    code = "catalogue.cursor_stale"
    status = 400
    zh = "搜索条件或事项目录已变化，翻页标记不再适用。请从第一页开始。"
    en = "The search or the catalogue has changed since this cursor was given. Start again from the first page."


class TooManyFavourites(Refusal):
    code = "catalogue.favourites_full"
    status = 409
    zh = "最多收藏 {most} 个事项。请先取消一些不用的。"
    en = "You can keep at most {most} favourites. Remove one that you no longer need first."
