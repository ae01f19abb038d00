"""What each exercise asks for, and the mistakes that people make: one file a lesson.

A solution is a function as a person would write it, a mistake one that is wrong in a
known way. A lesson shows the question only; who opens this room has looked it up.
"""
