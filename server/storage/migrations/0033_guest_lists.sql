-- Pages of guests, by what a list asks: each class of guests (a state, live or deleted) stands in the order of the list, so that no page reads what it
-- does not show, however many members, guests of other homes or states, or deleted guests there are. A list of several classes reads a page of each.
-- Statements ask for the directory in "C", as these indexes alone have it. The planner knows how large directories are on average, not this one: among
-- many small ones the primary key looked as good, and read all of a large one.
CREATE INDEX users_guests_by_state ON hearth.users (directory_id COLLATE "C", invitation_state, (delete_time IS NULL), user_id)
  WHERE user_type = 2 OR home_directory_id IS DISTINCT FROM directory_id;
-- Not IS DISTINCT FROM: what asks for this one cannot be given the index above.
CREATE INDEX users_guests_by_home_and_state
  ON hearth.users (directory_id COLLATE "C", home_directory_id, invitation_state, (delete_time IS NULL), user_id)
  WHERE home_directory_id <> directory_id;
DROP INDEX hearth.users_guests, hearth.users_guests_by_home, hearth.users_guests_pending;
