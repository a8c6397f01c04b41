"""A spreadsheet of a school understood: files, headers, columns, names, dates."""
