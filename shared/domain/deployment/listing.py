"""A list of deployments as Azure's CLI or its management API gives it, read one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from shared.domain.deployment.az_deployment import (
    AzDeployment,
    ImportDefaults,
    ListedDeployment,
    deployment_of,
)
from shared.domain.record.decoding import DECODE_ERRORS, Rejection, fault_of
from shared.errors import Fault, InvalidInput

MAX_DEPLOYMENTS = 1_000


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of deployments, read.

    Attributes:
        deployments: those that could be read, in order.
        rejected: the others.
    """

    deployments: list[ListedDeployment] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


def parse_listing(body: bytes, defaults: ImportDefaults) -> Listing:
    """Return the deployments of a list: the array, or the management API's `{"value": [...]}`.

    Raises:
        InvalidInput: no such list, or none of it could be read.
    """
    found = Listing()
    for index, raw in enumerate(_items(body)):
        path = f"deployments[{index}]"
        try:
            found.deployments.append(deployment_of(_decode(raw), defaults))
        except InvalidInput as error:
            fault = error.faults[0]
            place = f"{path}.{fault.path}" if fault.path else path
            found.rejected.append(Rejection(index, place, fault.reason))
    if found.rejected and not found.deployments:
        faults = [Fault(each.path, each.reason) for each in found.rejected]
        raise InvalidInput(f"{faults[0].path}: {faults[0].reason}", faults)
    return found


def _items(body: bytes) -> Sequence[msgspec.Raw]:
    wanted = list[msgspec.Raw]
    try:
        found = msgspec.json.decode(body)
        if isinstance(found, dict) and "value" in found:
            items = msgspec.json.decode(body, type=dict[str, msgspec.Raw])["value"]
            listed = msgspec.json.decode(items, type=wanted)
        else:
            listed = msgspec.json.decode(body, type=wanted)
    except DECODE_ERRORS as error:
        reason = "expected the array that `az cognitiveservices account deployment list` prints"
        raise InvalidInput.at("body", reason) from error
    if len(listed) > MAX_DEPLOYMENTS:
        raise InvalidInput.at("body", f"{len(listed)} deployments, {MAX_DEPLOYMENTS} at most")
    return listed


def _decode(raw: msgspec.Raw) -> AzDeployment:
    try:
        return msgspec.json.decode(raw, type=AzDeployment)
    except DECODE_ERRORS as error:
        fault = fault_of(str(error), raw)
        raise InvalidInput.at(fault.path, fault.reason) from error
