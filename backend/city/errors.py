"""Refusals about the city pack."""

from backend.core.errors import Refusal


class UnknownItem(Refusal):
    code = "city.item_unknown"
    status = 404
    zh = "没有编码为 {item_code} 的事项。它可能已经取消，请搜索事项名称。"
    en = "There is no item with the code {item_code}. It may have been withdrawn: search for its name."


class UnknownItemVersion(Refusal):
    code = "city.item_version_unknown"
    status = 404
    zh = "事项 {item_code} 没有第 {version} 版。"
    en = "The item {item_code} has no version {version}."


class UnknownLicenceType(Refusal):
    code = "city.licence_type_unknown"
    status = 404
    zh = "没有名为 {licence_type} 的证照类型。"
    en = "There is no licence type {licence_type}."


class NoCityLoaded(Refusal):
    code = "city.none_loaded"
    status = 503
    zh = "这里还没有装入城市数据包。请运行 suishenban pack load。"
    en = "No city pack has been loaded here yet. Run suishenban pack load."


class FaultyPack(Refusal):
    code = "city.pack_faulty"
    status = 422
    zh = "数据包有 {count} 处错误。请运行 suishenban pack check 查看。"
    en = "The pack has {count} faults. Run suishenban pack check to see them."
