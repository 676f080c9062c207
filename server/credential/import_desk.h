// The RPC of CredentialService that brings password hashes of other systems.
#pragma once

#include "absl/status/statusor.h"
#include "hearth/v1/credential_service.pb.h"
#include "server/authz/call.h"
#include "server/authz/source.h"
#include "server/credential/import_vault.h"
#include "server/storage/database.h"

namespace hearth {

// Imports passwords. Thread-safe. What is passed in outlives the desk.
class ImportDesk {
 public:
  // `own`: what a hash of this deployment costs, by which imported ones are bounded.
  ImportDesk(Database* database, const Keyring* keyring, HashParameters own)
      : database_(*database), vault_(keyring), own_(own) {}

  absl::StatusOr<v1::ImportCredentialsResponse> ImportCredentials(const Call& call,
                                                                  const Source<v1::ImportCredentialsRequest>& source);

 private:
  // Imports the rows of one message, in one transaction, and adds to the report.
  absl::Status ImportRows(const Call& call, const v1::ImportCredentialsRequest& request,
                          v1::ImportCredentialsResponse& report);
  // One row, in that transaction: OK, or its refusal. `unchanged`: the very hash is there already.
  absl::Status ImportRow(Tx& tx, const Call& call, const Access& access, const v1::ImportCredentialsRequest::Row& row,
                         bool validate_only, bool& unchanged) const;

  Database& database_;
  const ImportVault vault_;
  const HashParameters own_;
};

}  // namespace hearth
