"""Why a line of the event feed is refused."""

from backend.departments.faults import Reason

UNKNOWN_EVENT_TYPE = Reason(
    "unknown_event_type",
    "没有名为 {type} 的事件类型。",
    "There is no event type {type}.",
)
UNKNOWN_SUBJECT = Reason(
    "unknown_subject",
    "平台没有此人或单位的登记。若要登记，请同时给出 name。",
    "This person or organisation is not known here. To make it known, give the name too.",
)
MISSING_FACT = Reason(
    "missing_fact",
    "事件缺少必填事实：{fact}。",
    "The event lacks the fact {fact}.",
)
UNKNOWN_FACT = Reason(
    "unknown_fact",
    "这类事件没有事实 {fact}。",
    "This type of event has no fact {fact}.",
)
BAD_FACT = Reason(
    "bad_fact",
    "事实 {fact} 的取值不对：应为 {kind}。",
    "The fact {fact} has a wrong value: {kind} expected.",
)
UNKNOWN_PERSON = Reason(
    "unknown_person",
    "平台没有事实 {fact} 所指之人的登记。若要登记，请同时给出 name。",
    "The person in {fact} is not known here. To make them known, give the name too.",
)
SAME_PERSON = Reason(
    "same_person",
    "事实 {fact} 所指之人就是事件的当事人。",
    "The person in {fact} is the one the event is about.",
)
DATES_OUT_OF_ORDER = Reason(
    "dates_out_of_order",
    "{later} 早于 {earlier}。",
    "{later} lies before {earlier}.",
)
