#include "server/storage/sql_error.h"

#include <sodium.h>

#include <algorithm>
#include <string_view>
#include <typeinfo>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/log.h"
#include "server/storage/pqxx_compat.h"

namespace hearth {
namespace {

constexpr int kMostConflicts = 8;
constexpr int kMostReconnects = 2;

SqlError::Kind KindOf(std::string_view sqlstate) {
  // Statements look for what is taken before they write; a unique violation means that another transaction came in between, and running
  // again sees it.
  if (sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "23505") return SqlError::kConflict;
  if (sqlstate == "57014" || sqlstate == "55P03") return SqlError::kTimeout;
  // Connection exceptions, too many connections, the server shutting down, crashed, starting, or read-only
  // after a failover.
  if (sqlstate.substr(0, 2) == "08" || sqlstate.substr(0, 2) == "53" || sqlstate == "57P01" || sqlstate == "57P02" ||
      sqlstate == "57P03" || sqlstate == "25006") {
    return SqlError::kConnection;
  }
  return SqlError::kDefect;
}

// The first line of what the driver said. Values stand in the DETAIL lines after it.
std::string FirstLine(const char* text) {
  const std::string_view all(text);
  return std::string(all.substr(0, std::min<size_t>(all.find('\n'), 300)));
}

}  // namespace

SqlError Classify(const std::exception& exception) {
  // libpqxx 6 keeps serialization failures and deadlocks outside its family of SQL errors, and gives them no state.
  if (dynamic_cast<const pqxx::statement_completion_unknown*>(&exception) != nullptr) {
    return {SqlError::kConnection, FirstLine(exception.what())};
  }
  if (dynamic_cast<const pqxx::transaction_rollback*>(&exception) != nullptr) {
    return {SqlError::kConflict, FirstLine(exception.what())};
  }
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&exception)) {
    // Without a state, libpqxx 6 reports a connection that died in mid-statement as a plain SQL error, and a missing
    // privilege, table or column as one of its own type.
    const bool died = sql->sqlstate().empty() && typeid(*sql) == typeid(pqxx::sql_error);
    const SqlError::Kind kind = died ? SqlError::kConnection : KindOf(sql->sqlstate());
    return {kind, absl::StrCat(sql->sqlstate(), " ", FirstLine(sql->what()))};
  }
  if (dynamic_cast<const pqxx::broken_connection*>(&exception) != nullptr ||
      dynamic_cast<const pqxx::in_doubt_error*>(&exception) != nullptr) {
    return {SqlError::kConnection, FirstLine(exception.what())};
  }
  return {SqlError::kDefect, FirstLine(exception.what())};
}

bool WorthRetrying(const SqlError& error, int attempt, bool in_doubt) {
  switch (error.kind) {
    case SqlError::kConflict:
      return attempt < kMostConflicts;
    case SqlError::kConnection:
      return in_doubt || attempt < kMostReconnects;
    case SqlError::kTimeout:
    case SqlError::kDefect:
      return false;
  }
  return false;
}

absl::Duration Backoff(int attempt) {
  const absl::Duration full = std::min(absl::Milliseconds(4) * (1 << std::min(attempt, 8)), absl::Milliseconds(500));
  return full * (0.5 + randombytes_uniform(500) / 1000.0);
}

absl::Status ToStatus(const SqlError& error, bool in_doubt) {
  const std::string incident = NewUuid4();
  Log(error.kind == SqlError::kDefect ? LogLevel::kError : LogLevel::kWarning, "database failure",
      {{"incident", incident}, {"detail", error.detail}, {"in_doubt", in_doubt}});
  if (in_doubt) return Refuse(v1::ERROR_REASON_OUTCOME_UNKNOWN);
  switch (error.kind) {
    case SqlError::kConnection:
      return Refuse(v1::ERROR_REASON_STORAGE_UNAVAILABLE, {}, absl::Milliseconds(500));
    case SqlError::kConflict:
      return Refuse(v1::ERROR_REASON_CONFLICT);
    case SqlError::kTimeout:
      return Refuse(v1::ERROR_REASON_DEADLINE_PASSED);
    case SqlError::kDefect:
      break;
  }
  return Refuse(v1::ERROR_REASON_INTERNAL, {{"incident", incident}});
}

}  // namespace hearth
