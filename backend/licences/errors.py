"""Refusals about licences."""

from backend.core.errors import Refusal


class LicenceNotFound(Refusal):
    """Also where the licence is somebody else's: whether it exists is not said."""

    code = "licences.not_found"
    status = 404
    zh = "您的证照中没有这一张。请回到“证照”查看。"
    en = "This licence is not among yours. Go back to your wallet."
