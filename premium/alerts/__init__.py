"""Rules that users set and the events that fire them: model, matcher, delivery."""
