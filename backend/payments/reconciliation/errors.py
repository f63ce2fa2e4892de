"""Refusals about bills of providers and about what they and the ledger do not agree on."""

from backend.core.errors import Refusal


class DayNotOver(Refusal):
    code = "reconciliation.day_not_over"
    status = 422
    zh = "{day} 还没有结束，没有当日的账单。"
    en = "{day} is not over: there is no bill of it yet."


class FileTooLarge(Refusal):
    code = "reconciliation.file_too_large"
    status = 413
    zh = "文件超过 {limit_mib} MB。更大的账单请用命令行导入：suishenban reconcile import。"
    en = "The file is larger than {limit_mib} MB. Import larger ones by the command line: suishenban reconcile import."


class NoFile(Refusal):
    code = "reconciliation.no_file"
    status = 400
    zh = "请选择渠道、日期和账单文件。"
    en = "Choose a channel, a day and the bill's file."


class ChannelNotOffered(Refusal):
    code = "reconciliation.channel_not_offered"
    status = 404
    zh = "没有配置“{channel}”这个渠道的商户。"
    en = "There are no keys of a merchant for the channel “{channel}”."


class DifferenceNotFound(Refusal):
    code = "reconciliation.difference_not_found"
    status = 404
    zh = "没有找到这笔差异。"
    en = "This difference was not found."


class NotToBeWrittenOff(Refusal):
    """It has settled itself meanwhile, may still do so with the next bill, or somebody else has proposed it."""

    code = "reconciliation.not_to_be_written_off"
    status = 409
    zh = "这笔差异现在不能核销（状态：{state}）。请刷新后再看。"
    en = "This difference cannot be written off now (state: {state}). Load the page again."


class ReasonMissing(Refusal):
    code = "reconciliation.reason_missing"
    status = 422
    zh = "请写明理由（至少 4 个字，至多 500 个字）。"
    en = "Give the reason in 4 to 500 characters."


class SecondPersonNeeded(Refusal):
    code = "reconciliation.second_person_needed"
    status = 403
    zh = "提出的人不能自己批准，请由另一位收款岗人员复核。"
    en = "Who proposes cannot approve: another cashier has to."


class NothingProposed(Refusal):
    code = "reconciliation.nothing_proposed"
    status = 409
    zh = "这笔差异没有待复核的提议，可能已经处理。请刷新后再看。"
    en = "Nothing waits for approval here; it may have been decided. Load the page again."
