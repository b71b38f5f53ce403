"""Applications: what they can bear, stored by name."""

from shared.domain.application import Application
from shared.services.named_documents import NamedDocuments

COLLECTION = "applications"
APPLICATIONS = NamedDocuments(COLLECTION, Application, "application {name} is not known")
