// The RPC of CredentialService that brings password hashes of other systems.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "hearth/v1/credential_service.pb.h"
#include "server/authz/call.h"
#include "server/authz/source.h"
#include "server/credential/foreign_hash.h"
#include "server/credential/import_vault.h"
#include "server/storage/database.h"

namespace hearth {

// Imports passwords. Thread-safe. What is passed in outlives the desk.
class ImportDesk {
 public:
  // `bounds`: what an imported hash may cost.
  ImportDesk(Database* database, const Keyring* keyring, const ForeignBounds& bounds)
      : database_(*database), vault_(keyring), bounds_(bounds) {}

  absl::StatusOr<v1::ImportCredentialsResponse> ImportCredentials(const Call& call,
                                                                  const Source<v1::ImportCredentialsRequest>& source);

 private:
  // What the rows so far would have brought if they had not been only checked, by the person's id: a digest of the hash, and whether it must be changed.
  using Imagined = std::map<std::string, std::pair<std::string, bool>>;

  // Imports the rows of one message, in one transaction, and adds to the report.
  absl::Status ImportRows(const Call& call, const Streamed<v1::ImportCredentialsRequest>& message, Imagined& imagined,
                          v1::ImportCredentialsResponse& report);
  // One row of right form, in that transaction: OK, or its refusal. `imagined`: null, or of a row that is only checked. `unchanged`: the very hash is
  // there already.
  absl::Status ImportRow(Tx& tx, const Call& call, const Access& access, const v1::ImportCredentialsRequest::Row& row,
                         Imagined* imagined, bool& unchanged) const;

  Database& database_;
  const ImportVault vault_;
  const ForeignBounds bounds_;
};

}  // namespace hearth
