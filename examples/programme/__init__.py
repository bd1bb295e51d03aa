"""People who live through a programme: those who tell their story, and those who are simulated."""
