// SQL as named constants.
#pragma once

namespace hearth {

// An SQL text with $1… parameters, and the name under which it is prepared on each connection. Lives as a
// constant beside its only user.
struct Statement {
  const char* name;  // Unique in the server; labels errors in the log.
  const char* sql;
};

}  // namespace hearth
