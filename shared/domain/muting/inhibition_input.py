"""From the JSON of an inhibition to an `Inhibition`, or to every reason why not."""

import msgspec

from shared.domain.muting.inhibition import Inhibition
from shared.domain.muting.matcher_input import LabelNames, Matchers, matcher_faults
from shared.domain.record.field_decoding import FieldDecoder, name_faults, refusal
from shared.errors import Fault

_FIELDS = FieldDecoder(
    {"name": str, "source": Matchers, "target": Matchers, "equal": LabelNames},
    required=("source", "target"),
)


class InhibitionBody(msgspec.Struct, frozen=True):
    """An inhibition as it is put."""

    source: Matchers
    target: Matchers
    equal: LabelNames = []


def parse_inhibition(body: bytes, *, name: str) -> Inhibition:
    """Return the inhibition that a JSON object states.

    Args:
        body: the JSON as sent.
        name: from the route; the body may repeat it.

    Raises:
        InvalidInput: with one fault per field that is missing, unknown or not as it should be.
    """
    values, faults = _FIELDS.decode(body)
    faults += name_faults(name, values.get("name", name))
    for field in ("source", "target"):
        faults += matcher_faults(field, values.get(field))
    equal = values.get("equal", [])
    if len(set(equal)) < len(equal):
        faults.append(Fault("equal", "expected each label once"))
    if faults:
        raise refusal(faults)
    return Inhibition(
        name=name, source=values["source"], target=values["target"], equal=tuple(equal)
    )
