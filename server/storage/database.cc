#include "server/storage/database.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/storage/pool.h"
#include "server/storage/sql_error.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

// Sent to each new connection, under whatever the conninfo says; `Run` narrows them to the call's deadline.
constexpr char kSessionOptions[] =
    " connect_timeout=3 keepalives_idle=15 tcp_user_timeout=10000 application_name=hearthd"
    " options='-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
    // Every statement is prepared and looks for keys: planned once a connection, not for the values of each call.
    // And never compiled: for lists the planner expects a tenth of all rows, and compiled for a tenth of a second to read fifty.
    " -c plan_cache_mode=force_generic_plan -c jit=off'";

int64_t RemainingMillis(absl::Time deadline) {
  return std::clamp<int64_t>(absl::ToInt64Milliseconds(deadline - absl::Now()), 1, 60'000);
}

std::string Begin(Tx& tx, bool read_only, const Scope& scope, absl::Time deadline) {
  const std::string millis = absl::StrCat("'", RemainingMillis(deadline), "'");
  return absl::StrCat("BEGIN ISOLATION LEVEL READ COMMITTED", read_only ? " READ ONLY" : "",
                      "; SELECT set_config('hearth.directories', ", tx.Quote(TextArray(scope)),
                      ", true), set_config('statement_timeout', ", millis, ", true), set_config('lock_timeout', ",
                      millis, ", true)");
}

}  // namespace

void ServeAlso(Tx& tx, std::string_view directory) {
  static constexpr Statement kServeAlso{
      "tx_serve_also", "SELECT set_config('hearth.directories', array_append(hearth.served(), $1::text)::text, true)"};
  tx.Exec(kServeAlso, std::string(directory));
}

Database::Database(const DatabaseOptions& options)
    : pool_(std::make_unique<Pool>(options.conninfo + kSessionOptions, options.connections)) {}

Database::~Database() = default;

absl::Status Database::Run(Mode mode, const Scope& scope, absl::Time deadline,
                           const std::function<absl::Status(Tx&)>& body) {
  const bool alone = mode == Mode::kAlone || mode == Mode::kWriteAlone;
  bool in_doubt = false;  // Some COMMIT was sent whose answer never came.
  for (int attempt = 1;; ++attempt) {
    std::unique_ptr<Connection> connection;
    bool committing = false;  // A statement that stands alone commits by itself.
    try {
      // A free connection is no reason to begin what is late already.
      connection = absl::Now() < deadline ? pool_->Take(deadline) : nullptr;
      if (connection == nullptr)
        return Refuse(in_doubt ? v1::ERROR_REASON_OUTCOME_UNKNOWN : v1::ERROR_REASON_DEADLINE_PASSED);
      absl::Status status;
      {
        Tx tx(*connection);
        committing = mode == Mode::kWriteAlone;
        if (!alone) tx.ExecPlain(Begin(tx, mode == Mode::kReadOnly, scope, deadline));
        status = body(tx);
        if (!alone && !status.ok()) tx.ExecPlain("ROLLBACK");
        if (!alone && status.ok()) {
          committing = true;
          // A timeout must not hit COMMIT: it would leave the outcome unknown without need.
          tx.ExecPlain("SET LOCAL statement_timeout = 0; COMMIT");
        }
      }
      pool_->GiveBack(std::move(connection));
      return status;
    } catch (const std::exception& exception) {
      const SqlError error = Classify(exception);
      if (connection != nullptr) pool_->Drop(std::move(connection), /*all=*/error.kind == SqlError::kConnection);
      in_doubt = in_doubt || (committing && error.kind == SqlError::kConnection);
      if (absl::Now() >= deadline || !WorthRetrying(error, attempt, in_doubt)) return ToStatus(error, in_doubt);
      absl::SleepFor(std::min(Backoff(attempt), deadline - absl::Now()));
    }
  }
}

absl::Status Database::Read(const Scope& scope, absl::Time deadline, const std::function<absl::Status(Tx&)>& body) {
  return Run(Mode::kReadOnly, scope, deadline, body);
}

absl::Status Database::ReadAlone(absl::Time deadline, const std::function<absl::Status(Tx&)>& body) {
  return Run(Mode::kAlone, {}, deadline, body);
}

absl::Status Database::WriteAlone(absl::Time deadline, const std::function<absl::Status(Tx&)>& body) {
  return Run(Mode::kWriteAlone, {}, deadline, body);
}

absl::Status Database::Write(const Scope& scope, absl::Time deadline, const std::function<absl::Status(Tx&)>& body) {
  return Run(Mode::kReadWrite, scope, deadline, body);
}

absl::Status Database::Once(const Scope& scope, absl::Time deadline, const Attempt& attempt,
                            google::protobuf::Message& response, const std::function<absl::Status(Tx&)>& body) {
  return Write(scope, deadline, [&](Tx& tx) -> absl::Status {
    response.Clear();
    ASSIGN_OR_RETURN(const bool mine, Claim(tx, attempt, response));
    if (!mine) return absl::OkStatus();
    RETURN_IF_ERROR(body(tx));
    StoreResponse(tx, attempt, response);
    return absl::OkStatus();
  });
}

absl::StatusOr<bool> Database::Replay(absl::Time deadline, const Attempt& attempt,
                                      google::protobuf::Message& response) {
  bool found = false;
  RETURN_IF_ERROR(Read({attempt.directory()}, deadline, [&](Tx& tx) -> absl::Status {
    ASSIGN_OR_RETURN(found, FindResponse(tx, attempt, response));
    return absl::OkStatus();
  }));
  return found;
}

absl::Status Database::Ping(absl::Time deadline) {
  static constexpr Statement kPing{"ping", "SELECT pg_is_in_recovery()"};
  return ReadAlone(deadline, [](Tx& tx) -> absl::Status {
    return tx.Exec(kPing)[0][0].as<bool>() ? Refuse(v1::ERROR_REASON_STORAGE_UNAVAILABLE) : absl::OkStatus();
  });
}

int Database::open_connections() const { return pool_->open(); }

}  // namespace hearth
