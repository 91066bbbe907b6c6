"""The sections of a sheet, one file each: a function from evidence to a section."""
