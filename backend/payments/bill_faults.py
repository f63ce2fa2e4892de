"""Why a line of the bill feed is refused."""

from backend.departments.faults import Reason

UNKNOWN_FEE = Reason(
    "unknown_fee",
    "没有名为 {fee} 的收费项目。",
    "There is no fee item {fee}.",
)
FEE_CHANGED = Reason(
    "fee_changed",
    "这个编号原来是另一个收费项目。请用新编号报送。",
    "This id was a bill for another fee. Feed it under a new id.",
)
FREE_OF_CHARGE = Reason(
    "free_of_charge",
    "收费项目 {fee} 不收费。",
    "The fee item {fee} is free of charge.",
)
BAD_AMOUNT = Reason(
    "bad_amount",
    "amount_fen 不在收费项目 {fee} 规定的范围内。",
    "amount_fen is outside the range of the fee item {fee}.",
)
MISSING_BASIS = Reason(
    "missing_basis",
    "收费项目 {fee} 没有统一的收费依据，请给出 basis。",
    "The fee item {fee} has no basis of its own: give one.",
)
ALREADY_PAID = Reason(
    "already_paid",
    "缴款单已缴清，不能再改。请办理退款，或用新编号报送。",
    "The bill has been paid and cannot change. Refund it, or feed a new one.",
)
BAD_PAYMENT_CODE = Reason(
    "bad_payment_code",
    "payment_code（缴款码）应为 20 位数字。",
    "payment_code (缴款码) is 20 digits.",
)
BAD_FISCAL_BILL = Reason(
    "bad_fiscal_bill",
    "fiscal_bill 的 code（票据代码）应为 8 位数字，number（票据号码）10 位数字，check（校验码）6 位数字或字母。",
    "fiscal_bill has a code of 8 digits, a number of 10 digits and a check of 6 digits or letters.",
)
