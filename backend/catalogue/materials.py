"""What has to be handed in, and what need not be: the office looks it up, the wallet holds it, a promise will do."""

from collections.abc import Collection

from backend.catalogue.selfcheck import only_if
from backend.catalogue.wording import maybe_shown, one_line, shown
from backend.city.city import City
from backend.city.guide_parts import Material, MaterialForm, Medium, Necessity
from backend.city.items import Item
from backend.city.questions import When
from pwa.views.guide import Material as Line
from pwa.views.guide import MaterialState
from pwa.views.parts import Text

_FORMS = {
    MaterialForm.ORIGINAL: Text("原件", "original"),
    MaterialForm.COPY: Text("复印件", "copy"),
    MaterialForm.FORM: Text("表格", "form"),
    MaterialForm.PHOTO: Text("照片", "photo"),
}
_MEDIA = {
    Medium.PAPER: Text("纸质", "on paper"),
    Medium.ELECTRONIC: Text("电子版", "electronic"),
    Medium.EITHER: Text("纸质或电子版", "on paper or electronic"),
}
_LATER = Text("可以先受理、后补交", "may follow after acceptance")


def material_lines(city: City, item: Item, chosen: When, held: Collection[str]) -> tuple[Line, ...] | None:
    """None where no material of the item is known; `held` are the licence types in force in somebody's wallet."""
    lines = tuple(_line(city, item, material, chosen, held) for material in item.materials)
    return lines or None


def _line(city: City, item: Item, material: Material, chosen: When, held: Collection[str]) -> Line:
    state = _state(material, held)
    return Line(
        name=shown(material.name),
        state=state,
        source=_source(city, material, state),
        requirement=_requirement(material) if state is not MaterialState.OBTAINED else None,
        optional=material.necessity is Necessity.OPTIONAL,
        only_if=only_if(item, material.when, chosen),
    )


def _state(material: Material, held: Collection[str]) -> MaterialState:
    if material.shared_data is not None:
        return MaterialState.NOT_NEEDED
    if material.waived_by is not None and material.waived_by in held:
        return MaterialState.OBTAINED
    return MaterialState.PROMISED if material.promisable else MaterialState.NEEDED


def _source(city: City, material: Material, state: MaterialState) -> Text | None:
    if material.shared_data is not None:
        return Text(
            f"部门自行核验：{material.shared_data.zh}", _english("the office checks: {}", material.shared_data.en)
        )
    waiving = city.licence_types.get(material.waived_by or "")
    if waiving is not None and state is MaterialState.OBTAINED:
        return Text(
            f"已有电子证照《{waiving.name.zh}》，无需提交", _english("you hold the electronic “{}”", waiving.name.en)
        )
    later = _LATER if material.necessity is Necessity.DEFERRABLE else None
    waiver = None
    if waiving is not None:
        waiver = Text(
            f"已有电子证照《{waiving.name.zh}》的，无需提交", _english("not with the electronic “{}”", waiving.name.en)
        )
    return one_line(maybe_shown(material.source), waiver, later, _amount(material))


def _amount(material: Material) -> Text | None:
    """How many, and in which form; nothing where neither is known."""
    counted = [
        Text(f"{word.zh} {number} 份", f"{number} {word.en if number == 1 else plural}")
        for word, plural, number in (
            (_FORMS[MaterialForm.ORIGINAL], "originals", material.originals),
            (_FORMS[MaterialForm.COPY], "copies", material.copies),
        )
        if number
    ]
    form = _FORMS[material.form] if material.form and not counted else None
    return one_line(*counted, form, _MEDIA[material.medium] if material.medium else None)


def _requirement(material: Material) -> Text | None:
    """When it is needed, and how to fill it in."""
    said = [shown(text) for text in (material.circumstance, material.filling_note) if text is not None]
    if not said:
        return None
    english = " ".join(each.en for each in said if each.en) if all(each.en for each in said) else None
    return Text("。".join(each.zh.rstrip("。") for each in said) + "。", english)


def _english(sentence: str, name: str | None) -> str | None:
    """The name as it is: its first word may be Shanghai."""
    return sentence.format(name) if name else None
