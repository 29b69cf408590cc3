"""Answer the cases of `premium gas`: what they state, and the engines' answers."""
