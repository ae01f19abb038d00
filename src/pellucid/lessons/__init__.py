"""Fifteen lessons in the browser: the road walked by a learner, alone."""
