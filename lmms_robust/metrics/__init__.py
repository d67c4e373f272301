"""Pure functions from records to numbers; each result carries the number of items it rests on."""
