"""What is never kept, told by the values: СНИЛС, passport, birth certificate, address."""

import re

DOCUMENTS = (
    r"(?<!\d)\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\d)"  # СНИЛС
    r"|(?<![\d)])(?<!\d[ -])\d{2} ?\d{2} *(?:№ *| )\d{6}(?!\d)"  # passport
    r"|\b[IVXLCDM1]{1,5}[- ]?[А-Я]{2} *(?:№|N)? *\d{6}(?!\d)"  # birth certificate
)
VALUES = re.compile(
    DOCUMENTS + r"|\b(?:ул|пер|просп|пр-т|пр-кт|мкр|микрорайон|улица|проспект|переулок)\b[. ]",
    re.IGNORECASE,
)


def looks_forbidden(text: str) -> bool:
    return bool(VALUES.search(text))


def looks_like_a_document(text: str) -> bool:
    """Whether a number of somebody's document stands in it; streets are no matter here."""
    return bool(re.search(DOCUMENTS, text, re.IGNORECASE))
