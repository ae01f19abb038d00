"""Where rows come from: files, data frames, arrays and the data sets of the lessons.

The way of a table, from the door to X and y:

  sources      `pl.rows`, the one door
  a grid       columns as they came (grid, cells): of text (decoding, dialects, headers,
               lines, blocks, parsing), of other files (from_files; folders and joined,
               where there are several), of arrays and frames (from_arrays, frames)
  profiles     what a column looks like: figures of its numbers, levels of its text
  roles        what it is taken for, and why (cells, dates, units, column_names), unless
               a person says so (wishes); as_numbers: its cells by that role
  drafting     a role for each column; drafts: which columns and rows then go, asked of
               rows by looks that add up (held: in memory; streams/looked: in passes)
  preparation  the recipe that remains, a step a column; rereading and recipe: the same
               for other tables, and from a file
  to_table     a `Table` for what is in memory, or a `Stream` for what is not (streams/)
  to_files     new columns beside the old ones, written whole

Beside it stand the data of the lessons: datasets, sequences, sign_digits.
"""
