"""What follows from what: pure, and the same every time."""
