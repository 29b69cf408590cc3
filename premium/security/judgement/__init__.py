"""Judge effects of calls and messages: findings with evidence, a verdict, and sentences for people."""
