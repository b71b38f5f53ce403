"""What a day's raw requests tell that rollups cannot: one section a file."""
