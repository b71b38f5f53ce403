"""A body as columns of one entity, cut where a property may be no longer."""

from shared.adapters import tables as layout
from shared.adapters.entity import Entity, Value


def blocks_of(body: bytes) -> dict[str, Value]:
    """Return the columns that hold a body, `b00` first."""
    size = layout.BLOCK_BYTES
    return {f"b{at // size:02}": body[at : at + size] for at in range(0, len(body), size)}


def body_of(entity: Entity) -> bytes:
    """Return the body that an entity's blocks hold."""
    names = sorted(name for name in entity.properties if name.startswith("b"))
    return b"".join(bytes(entity.properties[name]) for name in names)  # type: ignore[arg-type]
