"""Where rows come from: files, data frames, arrays and the data sets of the lessons."""
