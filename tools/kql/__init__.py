"""KQL of this project: where its queries stand, that they are sound, and what they answer."""
