"""The receipt as PDF, read by another program than the one that wrote it."""

import io
import re
import time
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest

from backend.citizens.models import Profile, SubjectId, SubjectKind
from backend.city.city import City
from backend.core.crypto import Keyring
from backend.core.ids import uuid7
from backend.payments.fiscal import Fiscal, FiscalBill
from backend.payments.models import OrderNo
from backend.payments.money import Fen
from backend.payments.receipts.models import Receipt
from backend.payments.receipts.numbers import ReceiptNo, code_of
from backend.payments.receipts.paper import print_receipt
from backend.payments.receipts.service import OpenedReceipt

URL = "https://hall.example"
AT = datetime(2026, 11, 20, 6, 36, 18, tzinfo=UTC)
FISCAL = Fiscal("31000026000012345678", FiscalBill("31010126", "0001234567", "a1B2c3"))


def opened(name: str = "林晓雯", fiscal: Fiscal = FISCAL, **facts: Any) -> OpenedReceipt:
    subject_id = SubjectId(uuid7())
    known: dict[str, Any] = {
        "subject_id": subject_id, "bill_id": uuid7(), "receipt_no": ReceiptNo("PZ2611207F3K9QWM2HTX"), "issued_at": AT,
        "bill_no": "SP2611207F3K9QWM", "fee_code": "passport", "fee_name": "普通护照", "amount_fen": Fen(12_050),
        "basis": "发改价格规〔2019〕914号", "payee": "上海市公安局出入境管理局", "key_id": "one", "fiscal_enc": None,
        "order_no": OrderNo("0AbcdEfghIjklMnopQrstuvwxYz0123"), "channel": "wechat",
        "provider_txn_id": "4200001234202611201234567890", "paid_at": AT, "refunded_fen": Fen(0),
        "refunding_fen": Fen(0), "refunded_at": None,
    }  # fmt: skip
    payer = Profile(
        subject_id=subject_id, kind=SubjectKind.PERSON, number="340803199001010526", name=name, phone=None, born_on=None
    )
    return OpenedReceipt(Receipt(**(known | facts)), payer, fiscal)


def read(pdf: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return reader, re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


def test_everything_is_on_one_page(city: City, keyring: Keyring) -> None:
    reader, text = read(print_receipt(opened(), city, keyring, URL))

    assert len(reader.pages) == 1
    for said in (
        code_of(keyring, "PZ2611207F3K9QWM2HTX"),
        "电子缴费凭证",
        "PZ2611207F3K9QWM2HTX",
        "林晓雯",
        "3408**********0526",
        "普通护照",
        "发改价格规〔2019〕914号",
        "上海市公安局出入境管理局",
        "SP2611207F3K9QWM",
        "微信支付",
        "¥120.50",
        "人民币壹佰贰拾元零伍角",
        "2026-11-2014:36:18",
        "0AbcdEfghIjklMnopQrstuvwxYz0123",
        "4200001234202611201234567890",
        "31000026000012345678",
        "31010126",
        "0001234567",
        "a1B2c3",
        "http://pjcy.mof.gov.cn",
        "不是财政电子票据",
        "已缴清",
        "https://hall.example/receipts/verify",
        "12345",
    ):
        assert said in text, said
    assert "340803199001010526" not in text


def test_it_can_be_read_aloud_and_kept(city: City, keyring: Keyring) -> None:
    reader, _ = read(print_receipt(opened(), city, keyring, URL))
    root: Any = reader.trailer["/Root"]
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]
    about = reader.xmp_metadata

    assert root["/Lang"] in {"zh-CN", "zh"}
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "电子缴费凭证 PZ26 1120 7F3K 9QWM 2HTX"
    assert about is not None
    assert (about.pdfaid_part, about.pdfaid_conformance) == ("2", "A")
    assert all("/FontFile" in str(font["/DescendantFonts"][0].get_object()["/FontDescriptor"].keys()) for font in fonts)


def test_the_same_facts_give_the_same_bytes(city: City, keyring: Keyring) -> None:
    same = opened()

    first = print_receipt(same, city, keyring, URL)
    time.sleep(1.1)  # a clock inside would have moved

    assert print_receipt(same, city, keyring, URL) == first
    assert print_receipt(opened(refunding_fen=Fen(1)), city, keyring, URL) != first


def test_a_page_is_small_and_quick(city: City, keyring: Keyring) -> None:
    print_receipt(opened(), city, keyring, URL)
    began = time.perf_counter()
    pages = [print_receipt(opened(name=chr(0x4E00 + 97 * n) * 3), city, keyring, URL) for n in range(20)]
    seconds = (time.perf_counter() - began) / 20

    assert max(map(len, pages)) <= 150_000
    assert seconds <= 0.1


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"refunded_fen": Fen(2_050), "refunded_at": AT}, "部分退款：已退¥20.50，实缴¥100.00"),
        ({"refunded_fen": Fen(12_050), "refunded_at": AT}, "已全额退款¥120.50，本凭证不再有效"),
        ({"refunding_fen": Fen(2_050)}, "正在退款"),
    ],
)
def test_what_went_back_is_said(city: City, keyring: Keyring, facts: dict[str, Any], said: str) -> None:
    _, text = read(print_receipt(opened(**facts), city, keyring, URL))

    assert said in text
    assert ("已缴清" in text) == ("refunding_fen" in facts)


def test_what_the_department_has_not_told_stays_unknown(city: City, keyring: Keyring) -> None:
    _, text = read(print_receipt(opened(fiscal=Fiscal()), city, keyring, URL))

    assert "暂无信息：收费单位没有报送票据号码" in text
    assert "票据代码" not in text


@pytest.mark.parametrize(
    "name", ["欧阳\U0002123c", "Ḧmed 😀", "\u202e三张", '#link("x")[$a$]*_`', "名" * 100, "A" * 200]
)
def test_no_name_breaks_it(city: City, keyring: Keyring, name: str) -> None:
    reader, text = read(print_receipt(opened(name=name, payee=name, basis=name), city, keyring, URL))

    assert len(reader.pages) <= 2
    assert ("以读音或常用写法代替" in text) == (not name.isascii() and "名" not in name)
