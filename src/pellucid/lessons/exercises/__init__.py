"""Exercises that check themselves: a person's code is run, judged and talked about."""
