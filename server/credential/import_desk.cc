#include "server/credential/import_desk.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/audit/audit_store.h"
#include "server/authz/access_store.h"
#include "server/authz/home_rule.h"
#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/status_macros.h"
#include "server/credential/credential_store.h"
#include "server/directory/change.h"
#include "server/directory/target.h"

namespace hearth {
namespace {

// The rows of one call. Its report names each refused one, and has to fit into a message: 4 MiB are what gRPC's clients take, 1 KiB for each.
constexpr int kMostRows = 4'000;
// What the transaction of one message may take.
constexpr absl::Duration kPatience = absl::Seconds(30);

absl::Status HasPassword() { return Refuse(v1::ERROR_REASON_ALREADY_EXISTS, {{"resource_type", "password"}}); }

// The call as that of one row, with audit events of its own.
struct RowCall {
  explicit RowCall(const Call& whole) : call(whole) {
    call.id = NewUuid4();
    call.note = &note;
  }
  RowCall(const RowCall&) = delete;
  RowCall& operator=(const RowCall&) = delete;

  AuditNote note;
  Call call;
  absl::Status outcome;
};

// Adds what became of a row.
void Count(int64_t row, const absl::Status& outcome, bool unchanged, v1::ImportCredentialsResponse& report) {
  if (outcome.ok()) {
    unchanged ? report.set_unchanged_count(report.unchanged_count() + 1)
              : report.set_imported_count(report.imported_count() + 1);
    return;
  }
  report.set_refused_count(report.refused_count() + 1);
  auto& refused = *report.add_refusals();
  refused.set_row(row);
  *refused.mutable_refusal() = ToRpcStatus(outcome);
}

}  // namespace

absl::Status ImportDesk::ImportRow(Tx& tx, const Call& call, const Access& access,
                                   const v1::ImportCredentialsRequest::Row& row, Imagined* imagined,
                                   bool& unchanged) const {
  if (const auto hash = ParseForeignHash(row.password_hash(), bounds_); !hash.ok()) {
    return InvalidField("password_hash", std::string(hash.status().message()));
  }
  ASSIGN_OR_RETURN(const User user, FindTarget(tx, call, TargetNameOf(row), /*lock=*/imagined == nullptr));
  const Target target = ToTarget(user);
  RETURN_IF_ERROR(ToStatus(DecideReset(call.principal, access, target, call.policy->permission()), target));
  if (const auto credential = FindCredential(tx, user.directory, user.id)) {
    // Also when the person has signed in since, and the imported hash has given way to ours.
    const std::string given = vault_.DigestOf({user.directory, user.id, credential->version}, row.password_hash());
    unchanged = credential->import_digest == given && credential->must_change == row.require_change_at_next_sign_in();
    return unchanged ? absl::OkStatus() : HasPassword();
  }
  if (imagined != nullptr) {
    const std::string digest = vault_.DigestOf({user.directory, user.id, 0}, row.password_hash());
    const std::pair brought(digest, row.require_change_at_next_sign_in());
    const auto [there, first] = imagined->emplace(user.id, brought);
    unchanged = !first && there->second == brought;
    return first || unchanged ? absl::OkStatus() : HasPassword();
  }
  const CredentialBinding binding{user.directory, user.id, FindCredentialVersion(tx, user.directory, user.id) + 1};
  const PasswordHash sealed = vault_.Seal(binding, row.password_hash());
  const PasswordTerms terms{.must_change = row.require_change_at_next_sign_in(), .lifetime = std::nullopt};
  if (!ReplaceCredential(tx, binding, sealed, terms).has_value()) return Refuse(v1::ERROR_REASON_CONFLICT);
  MarkImported(tx, binding, vault_.DigestOf(binding, row.password_hash()));
  return absl::OkStatus();
}

absl::Status ImportDesk::ImportRows(const Call& call, const Streamed<v1::ImportCredentialsRequest>& message,
                                    Imagined& imagined, v1::ImportCredentialsResponse& report) {
  const v1::ImportCredentialsRequest& request = *message.request;
  const bool dry = request.validate_only();
  v1::ImportCredentialsResponse counted;
  Imagined after;
  // Refusals that concern another directory as well, whose audit this transaction does not write.
  std::vector<std::unique_ptr<RowCall>> abroad;
  RETURN_IF_ERROR(database_.Write(
      {call.principal.directory}, std::min(call.deadline, absl::Now() + kPatience), [&](Tx& tx) -> absl::Status {
        counted.Clear();
        after = imagined;
        abroad.clear();
        Access access;
        RETURN_IF_ERROR(CheckAccessAgain(tx, call, /*self=*/false, access));
        for (int i = 0; i < request.rows_size(); ++i) {
          const auto& row = request.rows(i);
          auto one = std::make_unique<RowCall>(call);
          bool unchanged = false;
          absl::Status outcome = message.rows[static_cast<size_t>(i)];
          if (outcome.ok()) outcome = ImportRow(tx, one->call, access, row, dry ? &after : nullptr, unchanged);
          // Failures that the next row would meet too end the call; what was committed before stays, and can be sent again.
          if (!outcome.ok() && !ReasonOf(outcome).has_value()) return outcome;
          const bool both = !outcome.ok() && !one->note.other_directory.empty();
          if (!dry && !unchanged && !both) AppendVerdict(tx, one->call, outcome);
          Count(row.row(), outcome, unchanged, counted);
          one->outcome = outcome;
          if (both) abroad.push_back(std::move(one));
        }
        return absl::OkStatus();
      }));
  imagined = std::move(after);
  for (const auto& one : abroad) {
    if (!dry) RETURN_IF_ERROR(RecordRefusal(database_, one->call, one->outcome));
  }
  report.set_imported_count(report.imported_count() + counted.imported_count());
  report.set_unchanged_count(report.unchanged_count() + counted.unchanged_count());
  report.set_refused_count(report.refused_count() + counted.refused_count());
  report.mutable_refusals()->MergeFrom(counted.refusals());
  return absl::OkStatus();
}

absl::StatusOr<v1::ImportCredentialsResponse> ImportDesk::ImportCredentials(
    const Call& call, const Source<v1::ImportCredentialsRequest>& source) {
  v1::ImportCredentialsResponse report;
  Imagined imagined;
  int rows = 0;
  while (true) {
    ASSIGN_OR_RETURN(const Streamed<v1::ImportCredentialsRequest> message, source());
    if (message.request == nullptr) return report;
    RETURN_IF_ERROR(NameOf(call, message.request->parent()).status());
    rows += message.request->rows_size();
    if (rows > kMostRows) {
      return InvalidField("rows", absl::StrCat("a call may bring at most ", kMostRows, "; go on in another"));
    }
    RETURN_IF_ERROR(ImportRows(call, message, imagined, report));
  }
}

}  // namespace hearth
