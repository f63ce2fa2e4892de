"""How it is said on a screen for whom something is."""

from backend.citizens.masking import spoken_name
from backend.citizens.models import Represented, Role, SubjectKind
from pwa.views.parts import ForWhom, Text


def for_whom(who: Represented) -> ForWhom:
    """为 上海晨光餐饮有限公司, 为您的孩子 林*."""
    child = who.role is Role.GUARDIAN
    zh, en = ("为您的孩子 ", "For your child ") if child else ("为 ", "For ")
    heard = spoken_name(who.name) if who.kind is SubjectKind.PERSON else who.name
    return ForWhom(shown=Text(zh + who.name, en + who.name), spoken=Text(zh + heard, en + heard))
