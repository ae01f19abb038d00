"""What each exercise asks for, and the mistakes that people make: one room a lesson.

The exercise `line/slope` is `slope` of the room `line`. What several exercises of a
room are tried on stands in its `inputs.py`; what mistakes of several rooms look for in
a person's code, in `seeing.py`.

A solution is a function as a person would write it, a mistake one that is wrong in a
known way. A lesson shows the question only; who opens this room has looked it up.
"""
