"""Inhibitions: stored by name; none is built in."""

from shared.domain.muting.inhibition import Inhibition
from shared.services.named_documents import NamedDocuments

COLLECTION = "inhibitions"
INHIBITIONS = NamedDocuments(COLLECTION, Inhibition, "inhibition {name} does not exist")
