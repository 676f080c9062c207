// A running transaction, as the stores see it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "server/storage/pool.h"
#include "server/storage/pqxx_compat.h"
#include "server/storage/statement.h"

namespace hearth {

// Runs statements in the transaction that Database opened. A failed statement throws a pqxx exception, which
// only Database catches: expected conflicts are written in SQL (ON CONFLICT, WHERE … RETURNING), so an
// exception means that the infrastructure failed. Not thread-safe.
class Tx {
 public:
  explicit Tx(Connection& connection) : connection_(connection), work_(connection.link) {}

  // Runs a prepared statement. Arguments are text, numbers, bool or std::optional of those; arrays go through
  // TextArray, bytes through Bytea.
  template <class... Args>
  pqxx::result Exec(const Statement& statement, const Args&... args) {
    if (connection_.prepared.insert(statement.name).second) connection_.link.prepare(statement.name, statement.sql);
    return pqxx_compat::ExecPrepared(work_, statement.name, args...);
  }

  // Runs plain SQL without parameters, for BEGIN and the like.
  pqxx::result ExecPlain(const std::string& sql) { return work_.exec(sql); }
  // Text as an SQL literal, for ExecPlain.
  std::string Quote(const std::string& text) { return work_.quote(text); }

 private:
  Connection& connection_;
  pqxx::nontransaction work_;
};

// A text[] literal of the elements: {"a","b"}.
std::string TextArray(const std::vector<std::string>& elements);

// A bytea literal of the bytes: \x….
std::string Bytea(std::string_view bytes);
// The bytes of a bytea that a statement returned.
std::string FromBytea(const pqxx::field& field);

// A timestamptz is returned by statements as whole microseconds since 1970 (hearth.micros); null is the
// infinite past.
absl::Time ToTime(const pqxx::field& field);
// The same for parameters, for to_timestamp(…::double precision / 1e6).
int64_t ToMicros(absl::Time time);

}  // namespace hearth
