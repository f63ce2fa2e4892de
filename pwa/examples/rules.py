"""The rules desk: some rules, one on trial with all that its page may show, one that only waits, and a few cases."""

from datetime import UTC, datetime, timedelta

from pwa.examples.frame import TODAY
from pwa.views.charts import Columns, Figure, Health, Rows, Series, Tone
from pwa.views.parts import FieldError, Segment, Text
from pwa.views.rules import Case, CasesPage, Deed, Mark, Phrase, Progress, RuleLine, RulePage, RulesList, Said, Step

_LIST = "/ops/rules"
_PATH = f"{_LIST}/licence-expiry:driving-licence"
_NAME = Text("机动车驾驶证到期提醒", "Driving licence expires")
_ANN = datetime(2026, 11, 19, 3, 12, tzinfo=UTC)
_LINE = RuleLine(
    path=_PATH,
    title=_NAME,
    line=Text("运行中 · 个人提醒 · 第 4 版", "Live · Personal reminder · version 4"),
    icon="check",
    value=Text("14 天找到 12,480，办好 4,742", "12,480 found, 4,742 done in 14 days"),
)
_DRAFT = RuleLine(
    path=f"{_LIST}/pension",
    title=Text("到龄可以申领养老金", "Old enough for a pension"),
    line=Text("草稿 · 未定类别 · 第 1 版", "Draft · No class yet · version 1"),
    icon="file-text",
)
RULES = RulesList(
    figures=(
        Figure(label=Text("运行中", "Live"), value=Text("81", "81"), health=None),
        Figure(label=Text("草稿", "Draft"), value=Text("19", "19"), health=None),
        Figure(label=Text("等复核", "Wait for a second person"), value=Text("1", "1"), health=Health.WARN),
    ),
    filters=(
        Segment(label=Text("全部", "All"), path=_LIST, current=True, count=106),
        Segment(label=Text("试运行", "On trial"), path=f"{_LIST}?state=shadow", count=6),
    ),
    rules=(_LINE, _DRAFT),
    pending=(_LINE,),
)
NO_RULES = RulesList(figures=RULES.figures, filters=RULES.filters, rules=())


def _figure(zh: str, en: str, number: str) -> Figure:
    return Figure(label=Text(zh, en), value=Text(number, number), health=None)


def _two_weeks(key: str, title: Text, *series: Series) -> Columns:
    at = tuple(TODAY - timedelta(days=back) for back in range(13, -1, -1))
    return Columns(key=key, title=title, about=Text("件，最近 14 天", "Last 14 days"), at=at, series=series)


_BOTH, _MORE = Text("两条都找到", "Found by both"), Text("只有试运行的找到", "Only by the one on trial")
_TOLD, _NOT_TOLD = Text("会告诉", "Would be told"), Text("不告诉", "Not told")
TRIAL = RulePage(
    code="licence-expiry:driving-licence",
    title=_NAME,
    path=_PATH,
    back=_LIST,
    marks=(
        Mark(label=Text("试运行", "On trial"), tone="accent", icon="clock"),
        Mark(label=Text("个人提醒", "Personal reminder")),
        Mark(label=Text("等第二个人复核", "Waits for a second person"), tone="warn", icon="users"),
    ),
    sentence=(
        Phrase(Text("到了", "When it is")),
        Phrase(Text("“机动车驾驶证”到期前 90、30、7 天", "90, 30, 7 days before “Driving licence” expires"), key=True),
        Phrase(Text("，就告诉", ", tell")),
        Phrase(Text("本人", "the person"), key=True),
        Phrase(Text("去办", "to do")),
        Phrase(Text("机动车驾驶证期满换证", "Renewal of an expiring driving licence"), key=True),
    ),
    notes=(Text("停用时撤回了还没发出的 12 条；已发出的保留。", "12 unsent messages were taken back."),),
    basis=(
        Text("《机动车驾驶证申领和使用规定》第六十三条"),
        Text("时间由平台选定", "The time is the platform's choice"),
    ),
    said=(
        Said(
            lang="zh-CN",
            title="机动车驾驶证即将到期",
            body="您的机动车驾驶证将于 12 月 20 日到期。期满前 90 日内可以换证。",
            action="查看办理指南",
            why="到期前 90、30、7 天各提醒一次",
        ),
        Said(
            lang="en",
            title="Driving licence expires soon",
            body="Your driving licence expires on 20 December. It may be renewed from 90 days before.",
            action="See the guide",
            why="90, 30 and 7 days before it expires",
        ),
    ),
    can_rehearse=True,
    rehearsed=Text(
        "预演于 11-20 14:32，第 4 版，没有发出任何消息。"
        "频次上限不改变告诉谁：消息都进收件箱，超出上限的推送和短信错开到后几天。",
        "Rehearsed on 11-20 14:32, version 4. Caps do not change who is told: every message is in the inbox; pushes "
        "and text messages over a cap are spread over the days that follow.",
    ),
    spans=(
        Segment(label=Text("30 天", "30 days"), path=f"{_PATH}?days=30"),
        Segment(label=Text("90 天", "90 days"), path=f"{_PATH}?days=90", current=True),
    ),
    audience=(
        _figure("会告诉的人", "People it would tell", "12,480"),
        _figure("明天一批", "The first day's batch", "144"),
        _figure("不告诉", "Not told", "1,036"),
    ),
    coming=Columns(
        key="coming",
        title=Text("未来 90 天每天会告诉多少", "How many on each of 90 days"),
        about=Text("条，只算本规则", "Messages of this rule alone"),
        at=tuple(TODAY + timedelta(days=day) for day in range(1, 91)),
        series=(Series(label=_TOLD, values=tuple(120 + 37 * day % 60 + 180 * (day == 45) for day in range(90))),),
    ),
    against=Rows(
        key="against",
        title=Text("告诉谁，不告诉谁", "Who is told, who is not"),
        about=Text("件，预演的这些天", "In the days that were rehearsed"),
        names=(
            _TOLD,
            Text("已经申请换证", "the renewal has been filed"),
            Text("没有同意收这类消息", "they have not agreed to be told such things"),
        ),
        series=(
            Series(label=_TOLD, values=(14_010, 0, 0)),
            Series(label=_NOT_TOLD, values=(0, 1_008, 28), tone=Tone.THIRD),
        ),
    ),
    cases_path="/ops/rule-cases/019aa601",
    peers=(Segment(label=Text("驾驶证换证提醒", "Renewal of driving licences"), path=f"{_PATH}?with=r", current=True),),
    compared=_two_weeks(
        "compared",
        Text("每天多告诉谁、少告诉谁", "Who would be told more, who less, by day"),
        Series(label=_BOTH, values=(900,) * 14),
        Series(label=_MORE, values=(40,) * 14, tone=Tone.SECOND),
    ),
    compared_figures=(
        _figure("两条都找到", "Found by both", "12,600"),
        _figure("只有试运行的找到", "Only by the one on trial", "560"),
    ),
    outcome_rows=Rows(
        key="funnel",
        title=Text("从找到到办好", "From found to done"),
        about=Text("件，最近 14 天找到的", "Found in the last 14 days"),
        names=(Text("找到", "Found"), Text("送到手机", "Sent to a phone"), Text("办好", "Done")),
        series=(Series(label=Text("件", "Number"), values=(12_480, 10_100, 4_742)),),
    ),
    outcome_days=_two_weeks(
        "outcome-days",
        Text("每天告诉的，后来怎样", "Told on each day, and what came of it"),
        Series(label=Text("办好", "Done"), values=tuple(400 - 25 * day for day in range(14))),
        Series(label=Text("没打开", "Not opened"), values=tuple(300 + 30 * day for day in range(14)), tone=Tone.THIRD),
    ),
    stops=Deed(
        path=f"{_PATH}/stop",
        label=Text("立即停用", "Stop at once"),
        hint=Text("马上生效，一个人就够。", "Takes effect at once and needs nobody else."),
    ),
    proposes=Deed(
        path=f"{_PATH}/propose",
        label=Text("送双人复核上线", "Propose to go live"),
        hint=Text("另一位规则岗同意后上线。", "It is live when another keeper of the rules approves."),
        reason="好",
        errors=(FieldError(field="reason-propose", message=Text("请写明理由。", "Give the reason.")),),
    ),
    history=(
        Step(
            what=Text("已停用 → 试运行（第 4 版）", "Stopped → On trial (version 4)"),
            at=_ANN,
            who="赵敏",
            second="钱进",
            reason="预演人数与上年同期相符",
        ),
    ),
    versions=(Step(what=Text("第 4 版：改了文案", "Version 4: Changed: the wording"), at=_ANN),),
)
WAITING = RulePage(
    code="pension",
    title=_DRAFT.title,
    path=_DRAFT.path,
    back=_LIST,
    marks=(Mark(label=Text("已停用", "Stopped"), tone="bad", icon="bell-off"),),
    sentence=TRIAL.sentence,
    progress=Progress(
        looked_at=41_500,
        expected=120_300,
        line=Text("正在预演：看了 41,500 / 120,300", "Going on: 41,500 of 120,300 looked at"),
        can_cancel=True,
    ),
    withdraws=True,
    tries=Deed(
        path=f"{_DRAFT.path}/trial",
        label=Text("试运行", "Try it out"),
        hint=Text("只找人、只计数，不告诉任何人。", "It finds and counts, and tells nobody."),
    ),
    versions=TRIAL.versions,
)
CASES = CasesPage(
    title=_NAME,
    back=_PATH,
    about=Text("预演里随机抽出的 2 件。", "2 cases drawn from the rehearsal."),
    cases=(
        Case(
            name="张*国",
            due_on=TODAY + timedelta(days=1),
            facts=(Text("机动车驾驶证 2026-12-21（市公安局）", "Driving licence 2026-12-21 (Police)"),),
            verdict=Mark(label=_TOLD, tone="ok", icon="check"),
        ),
        Case(
            name="李*",
            due_on=TODAY + timedelta(days=31),
            facts=(Text("机动车驾驶证 2027-01-20（市公安局）", "Driving licence 2027-01-20 (Police)"),),
            verdict=Mark(label=Text("不告诉：已经申请换证", "Not told: the renewal has been filed"), icon="ban"),
        ),
    ),
)
