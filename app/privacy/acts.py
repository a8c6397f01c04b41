"""The act of erasure as a paper, with the extract of the log (Roskomnadzor's order № 179)."""

from flask_babel import force_locale

from app.organizations.queries import operator
from app.press import printer
from app.privacy.models import ErasureAct
from app.privacy.words import REASONS, ROWS


def act_of_erasure(act: ErasureAct) -> bytes:
    """Two pages: the act and the extract. In Russian whoever prints it."""
    with force_locale("ru"):
        return printer.render(
            "pdf/erasure_act.html",
            archival=True,  # kept for three years
            act=act,
            operator=operator(),
            reason=REASONS[act.reason],
            rows=[(ROWS.get(table, table), number) for table, number in act.rows.items()],
        )
