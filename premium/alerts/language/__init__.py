"""What rules and their texts are written in."""
