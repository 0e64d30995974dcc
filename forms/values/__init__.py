"""Raw input to typed values, one decoder a kind of field; what is wrong is said in Chinese.

Every number comes out as Decimal, a moment as an aware UTC datetime (input without zone is Asia/Shanghai).
More decimal places than the field has are an error: nothing is rounded. Blank is None everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

from forms.definition import REFERENCES, Field
from forms.values.attachments import attachment
from forms.values.boundary import boundary
from forms.values.choices import boolean, choice
from forms.values.expected import Decoder
from forms.values.lists import chosen, items, table
from forms.values.moments import clock_time, day, moment
from forms.values.numbers import number
from forms.values.texts import email, identity_code, phone, text

__all__ = ["Decoder", "decoder"]

_ONE: dict[str, Callable[[Field], Decoder]] = {
    "text": text,
    "longtext": text,
    "integer": number,
    "decimal": number,
    "money": number,
    "area": number,
    "date": day,
    "datetime": moment,
    "time": clock_time,
    "boolean": boolean,
    "choice": choice,
    "phone": phone,
    "idcode": identity_code,
    "email": email,
    "geometry": boundary,
    "file": attachment,
}


def decoder(field: Field) -> Decoder:
    """The function that turns what was sent for `field` into its value, or raises ValidationError."""
    if field.kind == "table":
        return table(field, [(column, decoder(column)) for column in field.columns])
    if field.kind == "multichoice":
        return chosen(field, choice(field))
    if field.kind in REFERENCES:
        one = choice(field) if field.options else text(field)
    else:
        one = _ONE[field.kind](field)
    return items(field, one) if field.many else one
