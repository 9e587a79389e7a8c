"""Contact sheets, and what else shows how a run went."""
