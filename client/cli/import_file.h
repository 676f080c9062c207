// Password hashes as files of other systems have them.
#ifndef HEARTH_CLIENT_CLI_IMPORT_FILE_H_
#define HEARTH_CLIENT_CLI_IMPORT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace hearth::cli {

// One person.
struct ImportRow {
  int row = 0;         // The line of a CSV file; else the place among the people of the file, from 1.
  std::string person;  // A principal name or the name or id of a user; empty where the file has none.
  std::string hash;    // As ImportCredentials takes it; empty where the file has none.
  bool must_change = false;
};

// A Firebase project's parameters, from its console.
struct FirebaseParameters {
  std::string signer_key;      // Base64.
  std::string salt_separator;  // Base64.
  std::string rounds = "8";
  std::string memory_cost = "14";
};

// The people of a file, in its order, so with rising rows. `from` is one of ImportSources. Fails with a usage error when none has a name and a password, and for a
// file of another form: it says where, and quotes nothing of it but names of columns.
absl::StatusOr<std::vector<ImportRow>> ReadImport(const std::string& text, const std::string& from,
                                                  const FirebaseParameters& firebase);

// "csv" and "jsonl" with columns of our own; "firebase", "keycloak", "kratos", "zitadel": what those export.
const std::vector<std::string>& ImportSources();

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_IMPORT_FILE_H_
