// Rows of a file as calls of ImportCredentials, and what is reported of them.
#ifndef HEARTH_CLIENT_CLI_IMPORT_ROWS_H_
#define HEARTH_CLIENT_CLI_IMPORT_ROWS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "hearth/v1/credential_service.pb.h"
#include "import_file.h"

namespace hearth::cli {

// As many as the contract allows.
inline constexpr std::ptrdiff_t kRowsInCall = 4000;

// One call.
struct ImportCall {
  std::vector<v1::ImportCredentialsRequest> messages;
  // The rows that are not in them: those without a hash, and those with which a message could not be sent, which the others are not to suffer for. The
  // refusals say so as the server's do; `refused_count` counts the latter.
  v1::ImportCredentialsResponse kept_back;
};

// Where the people are: `parent` is directories/{directory}.
struct ImportTarget {
  std::string parent;
  bool dry_run = false;
};

// The call that brings rows [begin, end), which are at most kRowsInCall.
ImportCall MakeImportCall(std::vector<ImportRow>::const_iterator begin, std::vector<ImportRow>::const_iterator end,
                          const ImportTarget& target);

// A CSV line of row, person, reason, message for each refused row; `rows` are all rows of the file.
std::string ReportLines(const v1::ImportCredentialsResponse& response, const std::vector<ImportRow>& rows);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_IMPORT_ROWS_H_
